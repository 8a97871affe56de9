// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QStringList>
#include <QWidget>

class QButtonGroup;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QToolButton;

namespace halfstep {

// What is asked before anything is tried: one of several answers, or a number.
struct LessonQuestion {
    QString introduction;
    QString question;
    QStringList choices;  // empty: a number is asked for
    double low = 0;
    double high = 1;
    double step = 0.1;
    double start = 0;
    int decimals = 1;
    QString unit;
};

// The question, with its answers to choose from or a number to set. An answer is given by a button of its
// own.
class QuestionPanel : public QWidget {
    Q_OBJECT
  public:
    explicit QuestionPanel(QWidget* parent = nullptr);

    void setQuestion(const LessonQuestion& question);
    void choose(int index);
    void setNumber(double value);

  signals:
    void answered(double answer);  // the number, or the place of the choice
    void skipped();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void build();
    void connectParts();
    void buildChoices();
    void showNumber();
    void updateAnswer();
    void retranslate();
    void restyle();

    LessonQuestion asked_;
    QLabel* introduction_;
    QLabel* question_;
    QWidget* answers_;
    QButtonGroup* choices_;
    QWidget* number_;
    QSlider* slider_;
    QDoubleSpinBox* spin_;
    QPushButton* answer_;
    QToolButton* skip_;
};

// Rich text that goes on in the next line, from the top left.
QLabel* wrappedText(QWidget* parent);
QFont scaledFont(const QFont& font, double factor, QFont::Weight weight = QFont::Normal);
void paintPrimary(QPushButton& button);  // in the accent, while it can be pressed

}  // namespace halfstep
