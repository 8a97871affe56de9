// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/lessons/question_panel.h"

#include <QList>
#include <QPair>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <optional>

namespace halfstep {

enum class LessonStep { predict, explore, understand };

struct LessonExplanation {
    QStringList discovered;  // a paragraph each, rich text
    QString formula;         // rich text
    QString with_numbers;    // the same with the numbers of the moment
    QList<QPair<QString, QString>> symbols;
};

// What the reader expected, beside what is so.
struct LessonVerdict {
    QString predicted;
    QString truth;
    bool right = false;
};

// The texts of a lesson, one step at a time: predict, explore, understand.
class LessonTextsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit LessonTextsPanel(QWidget* parent = nullptr);
    ~LessonTextsPanel() override;

    void setQuestion(const LessonQuestion& question);
    void setTasks(const QStringList& tasks);
    void setExplanation(const LessonExplanation& explanation);  // cheap: may follow every mouse move
    void setVerdict(const std::optional<LessonVerdict>& verdict);

    void setLast(bool last);  // no lesson follows

    LessonStep step() const;
    void setStep(LessonStep step);

    // For those who answer by program.
    void choose(int index);
    void setNumber(double value);

  signals:
    void answered(double answer);  // the number, or the place of the choice
    void skipped();                // no answer is wanted
    void stepChosen(halfstep::LessonStep step);
    void finished();  // on to the next lesson

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
