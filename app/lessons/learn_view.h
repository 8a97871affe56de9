// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/inspection.h"
#include "app/lessons/learning_progress.h"
#include "app/lessons/lesson_library.h"
#include "app/views/view.h"
#include "widgets/plots/plot_view.h"

class QComboBox;
class QLabel;
class QListWidget;
class QStackedLayout;

namespace halfstep {

class ClaimsPage;
class LessonPage;
class Presentation;

// The lessons: their list, and one of them. It needs no model; with one, lessons can be about the selected
// layer.
class LearnView : public View {
    Q_OBJECT
  public:
    LearnView(Document& document, Inspection& inspection, JobRunner& jobs, QWidget* parent = nullptr);
    ~LearnView() override;

    QString title() const override { return tr("Learn"); }
    QString fileStem() const override { return QStringLiteral("learn"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;
    QSize minimumSizeHint() const override { return {340, 320}; }  // the list gives way

    const LessonLibrary& library() const { return library_; }
    LessonPage& page() { return *page_; }
    ClaimsPage& claims() { return *claims_; }
    LearningProgress& progress() { return progress_; }
    Presentation* presentation() const { return presentation_; }  // null where none is running
    int currentLesson() const { return current_; }                // -1: none, or the claims
    void showLesson(int index);
    void showClaims();
    void present();
    void endPresentation();

  signals:
    void exportRequested(halfstep::PlotFormat format);

  protected:
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void buildList();
    void addShortcuts();
    void fillList();
    void arrange();
    void offerLayer();
    void step(bool forward);
    void choose(int row);
    void markChosen();

    Document& document_;
    Inspection& inspection_;
    LearningProgress progress_;
    LessonLibrary library_;
    int current_ = -1;
    bool claims_shown_ = false;
    bool active_ = false;
    QListWidget* list_;
    QComboBox* choice_;  // in place of the list where the view is narrow
    QLabel* problems_;
    QWidget* side_;
    QStackedLayout* pages_;
    LessonPage* page_;
    ClaimsPage* claims_;
    Presentation* presentation_ = nullptr;
};

}  // namespace halfstep
