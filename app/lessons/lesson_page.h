// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/learning_progress.h"
#include "app/lessons/lesson.h"
#include "app/lessons/stage.h"
#include "widgets/lessons/lesson_texts_panel.h"

#include <QWidget>

#include <memory>
#include <optional>

class QBoxLayout;
class QLabel;
class QToolButton;

namespace halfstep {

class ElidedLabel;
class VeiledArea;

// One lesson: what is asked, the stage, what was to be found out. The stage waits behind a veil until the
// question is answered or skipped.
class LessonPage : public QWidget {
    Q_OBJECT
  public:
    LessonPage(JobRunner& jobs, LearningProgress& progress, QWidget* parent = nullptr);
    ~LessonPage() override;

    void setLesson(const Lesson& lesson);
    const std::optional<Lesson>& lesson() const { return lesson_; }
    Stage* stage() const { return stage_; }  // null where there is no lesson
    LessonTextsPanel& texts() { return *texts_; }
    QString shownFigure(const QString& id) const { return strip_->textOf(id); }
    bool isVeiled() const;

    void setStep(LessonStep step);
    // One step on or back; false where the lesson ends there.
    bool nextStep();
    bool previousStep();
    void reset();

    // The layer that can be used in place of the toy; null where there is none.
    void setOfferedLayer(LessonTensorPtr layer);
    void useLayer(bool use);
    bool usesLayer() const;

    // Without list and buttons, for a projector.
    void setPresenting(bool presenting);
    void setNeighbours(bool previous, bool next);

    QSize minimumSizeHint() const override { return {320, 300}; }

    static QString language();  // of the interface: "de"

  signals:
    void presentRequested();
    void previousRequested();
    void nextRequested();
    void exportRequested(halfstep::PlotFormat format);

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void buildHead(QBoxLayout* column);
    void buildStage(const QVariantMap& values);
    void arrange();
    void showTexts();
    void showFigures();
    void showVerdict();
    void updateVeil();
    void updateLayerButton();
    void retranslate();
    void restyle();
    QString filled(const QString& text) const;
    QString answerText(double answer) const;
    QString truthText(double truth) const;
    const LessonTexts& words() const { return lesson_->textsIn(language()); }

    JobRunner& jobs_;
    LearningProgress& progress_;
    std::optional<Lesson> lesson_;
    Stage* stage_ = nullptr;       // in area_
    std::optional<double> truth_;  // as the stage was when the question was asked
    LessonTensorPtr offered_;
    bool skipped_ = false;
    bool presenting_ = false;

    ElidedLabel* title_;
    QToolButton* layer_;
    QToolButton* reset_;
    QToolButton* present_;
    QToolButton* previous_;
    QToolButton* next_;
    QBoxLayout* body_;
    LessonTextsPanel* texts_;
    QWidget* right_;
    VeiledArea* area_;
    FigureStrip* strip_;
};

}  // namespace halfstep
