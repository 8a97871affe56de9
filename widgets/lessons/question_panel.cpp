// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/question_panel.h"

#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QButtonGroup>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace halfstep {
namespace {

// A radio button whose text wraps: the button, and the text beside it, which is clicked as well.
class WrappingChoice : public QWidget {
  public:
    explicit WrappingChoice(const QString& text) : button(new QRadioButton(this)), label_(wrappedText(this)) {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 2, 0, 2);
        row->addWidget(button, 0, Qt::AlignTop);
        row->addWidget(label_, 1);
        label_->setText(text);
        label_->setAttribute(Qt::WA_TransparentForMouseEvents);
        button->setAccessibleName(label_->text());
    }
    QRadioButton* button;

  protected:
    void mouseReleaseEvent(QMouseEvent*) override { button->click(); }

  private:
    QLabel* label_;
};

}  // namespace

QLabel* wrappedText(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return label;
}

QFont scaledFont(const QFont& font, double factor, QFont::Weight weight) {
    QFont larger = font;
    larger.setPointSizeF(font.pointSizeF() * factor);
    larger.setWeight(weight);
    return larger;
}

void paintPrimary(QPushButton& button) {
    const Theme& theme = themeOf(&button);
    QPalette primary;
    for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
        primary.setColor(group, QPalette::Button, theme.accent);
        primary.setColor(group, QPalette::ButtonText, theme.accentText);
    }
    button.setPalette(button.isEnabled() ? primary : QPalette());
}

QuestionPanel::QuestionPanel(QWidget* parent) : QWidget(parent) {
    build();
    connectParts();
    retranslate();
    restyle();
    new ThemeFollower(this, [this] { restyle(); });
}

void QuestionPanel::build() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 0, 6, 0);
    column->setSpacing(12);
    introduction_ = wrappedText(this);
    question_ = wrappedText(this);
    answers_ = new QWidget(this);
    auto* list = new QVBoxLayout(answers_);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(4);
    number_ = new QWidget(this);
    auto* row = new QHBoxLayout(number_);
    row->setContentsMargins(0, 0, 0, 0);
    slider_ = new QSlider(Qt::Horizontal, number_);
    spin_ = new QDoubleSpinBox(number_);
    spin_->setKeyboardTracking(false);
    row->addWidget(slider_, 1);
    row->addWidget(spin_);
    answer_ = new QPushButton(this);
    answer_->setObjectName(QStringLiteral("answer"));
    skip_ = new QToolButton(this);
    skip_->setObjectName(QStringLiteral("skip"));
    skip_->setAutoRaise(true);
    skip_->setFocusPolicy(Qt::StrongFocus);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(answer_);
    buttons->addWidget(skip_);
    buttons->addStretch(1);
    column->addWidget(introduction_);
    column->addWidget(question_);
    column->addWidget(answers_);
    column->addWidget(number_);
    column->addLayout(buttons);
    column->addStretch(1);
    choices_ = new QButtonGroup(this);
}

void QuestionPanel::connectParts() {
    connect(choices_, &QButtonGroup::idClicked, this, [this] { updateAnswer(); });
    connect(slider_, &QSlider::valueChanged, this, [this](int steps_from_low) {
        const QSignalBlocker blocker(spin_);
        spin_->setValue(asked_.low + steps_from_low * asked_.step);
    });
    connect(spin_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker blocker(slider_);
        slider_->setValue(static_cast<int>(std::lround((value - asked_.low) / asked_.step)));
    });
    connect(answer_, &QPushButton::clicked, this,
            [this] { emit answered(asked_.choices.isEmpty() ? spin_->value() : choices_->checkedId()); });
    connect(skip_, &QToolButton::clicked, this, [this] { emit skipped(); });
}

void QuestionPanel::buildChoices() {
    for (QAbstractButton* button : choices_->buttons()) {
        choices_->removeButton(button);
        delete button->parentWidget();
    }
    for (qsizetype i = 0; i < asked_.choices.size(); ++i) {
        auto* choice = new WrappingChoice(asked_.choices[i]);
        choice->button->setObjectName(QStringLiteral("choice%1").arg(i));
        choices_->addButton(choice->button, static_cast<int>(i));
        answers_->layout()->addWidget(choice);
    }
}

void QuestionPanel::showNumber() {
    const QSignalBlocker slide(slider_);
    const QSignalBlocker spinning(spin_);
    slider_->setRange(0, static_cast<int>(std::lround((asked_.high - asked_.low) / asked_.step)));
    slider_->setValue(static_cast<int>(std::lround((asked_.start - asked_.low) / asked_.step)));
    spin_->setDecimals(asked_.decimals);
    spin_->setRange(asked_.low, asked_.high);
    spin_->setSingleStep(asked_.step);
    spin_->setSuffix(asked_.unit.isEmpty() ? QString() : u' ' + asked_.unit);
    spin_->setValue(asked_.start);
}

void QuestionPanel::setQuestion(const LessonQuestion& question) {
    asked_ = question;
    introduction_->setText(question.introduction);
    question_->setText(question.question);
    slider_->setAccessibleName(question.question);
    spin_->setAccessibleName(question.question);
    buildChoices();
    answers_->setVisible(!question.choices.isEmpty());
    number_->setVisible(question.choices.isEmpty());
    if (question.choices.isEmpty()) showNumber();
    updateAnswer();
    restyle();
}

void QuestionPanel::choose(int index) {
    if (QAbstractButton* button = choices_->button(index)) button->click();
}

void QuestionPanel::setNumber(double value) {
    spin_->setValue(value);
}

void QuestionPanel::updateAnswer() {
    answer_->setEnabled(asked_.choices.isEmpty() || choices_->checkedId() >= 0);
    paintPrimary(*answer_);
}

void QuestionPanel::retranslate() {
    answer_->setText(withoutMnemonic(tr("&Answer")));
    skip_->setText(withoutMnemonic(tr("S&kip the question")));
}

void QuestionPanel::restyle() {
    introduction_->setFont(scaledFont(font(), 1.05));
    question_->setFont(scaledFont(font(), 1.2, QFont::DemiBold));
    paintPrimary(*answer_);
}

void QuestionPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
    if (event->type() == QEvent::FontChange) restyle();
}

}  // namespace halfstep
