// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/lesson_texts_panel.h"

#include "widgets/lessons/parameter_controls.h"
#include "widgets/lessons/question_panel.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace halfstep {
namespace {

QScrollArea* scrolled(QWidget* inside) {
    auto* area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::TabFocus);  // arrow keys scroll
    area->setWidget(inside);
    return area;
}

}  // namespace

struct LessonTextsPanel::Parts {
    LessonTextsPanel* panel;
    QList<QToolButton*> steps;
    QStackedWidget* pages;
    QuestionPanel* question;
    // explore
    QLabel* tasks;
    QPushButton* understand;
    // understand
    QLabel* predicted;
    QLabel* truth;
    QWidget* verdict_box;
    QLabel* discovered;
    QWidget* formula_box;
    QLabel* formula;
    QLabel* with_numbers;
    QLabel* symbols;
    QPushButton* next;
    std::optional<LessonVerdict> verdict;

    QHBoxLayout* buildSteps();
    QWidget* buildExplore();
    QWidget* buildUnderstand();
    void retranslate();
    void restyle();
    void showVerdict();
};

LessonTextsPanel::LessonTextsPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->panel = this;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    column->addLayout(parts_->buildSteps());
    parts_->pages = new QStackedWidget;
    parts_->question = new QuestionPanel;
    connect(parts_->question, &QuestionPanel::answered, this, &LessonTextsPanel::answered);
    connect(parts_->question, &QuestionPanel::skipped, this, &LessonTextsPanel::skipped);
    parts_->pages->addWidget(scrolled(parts_->question));
    parts_->pages->addWidget(parts_->buildExplore());
    parts_->pages->addWidget(parts_->buildUnderstand());
    column->addWidget(parts_->pages, 1);
    parts_->retranslate();
    setStep(LessonStep::predict);
    new ThemeFollower(this, [this] { parts_->restyle(); });
    parts_->restyle();
}

LessonTextsPanel::~LessonTextsPanel() = default;

QHBoxLayout* LessonTextsPanel::Parts::buildSteps() {
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    for (int i = 0; i < 3; ++i) {
        auto* button = new QToolButton;
        button->setCheckable(true);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        row->addWidget(button, 1);
        steps.append(button);
        connect(button, &QToolButton::clicked, panel, [this, i] {
            steps[i]->setChecked(true);
            emit panel->stepChosen(static_cast<LessonStep>(i));
        });
    }
    return row;
}

QWidget* LessonTextsPanel::Parts::buildExplore() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(2, 0, 6, 0);
    column->setSpacing(12);
    tasks = wrappedText(page);
    understand = new QPushButton(page);
    understand->setObjectName(QStringLiteral("understand"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(understand);
    buttons->addStretch(1);
    column->addWidget(tasks);
    column->addLayout(buttons);
    column->addStretch(1);
    connect(understand, &QPushButton::clicked, panel,
            [this] { emit panel->stepChosen(LessonStep::understand); });
    return scrolled(page);
}

QWidget* LessonTextsPanel::Parts::buildUnderstand() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(2, 0, 6, 0);
    column->setSpacing(12);
    verdict_box = new QWidget(page);
    auto* said = new QVBoxLayout(verdict_box);
    said->setContentsMargins(10, 6, 10, 6);
    said->setSpacing(2);
    predicted = wrappedText(verdict_box);
    truth = wrappedText(verdict_box);
    truth->setObjectName(QStringLiteral("truth"));
    said->addWidget(predicted);
    said->addWidget(truth);
    discovered = wrappedText(page);
    formula_box = new QWidget(page);
    formula_box->setAutoFillBackground(true);
    auto* inside = new QVBoxLayout(formula_box);
    inside->setContentsMargins(12, 10, 12, 10);
    formula = wrappedText(formula_box);
    with_numbers = wrappedText(formula_box);
    for (QLabel* label : {formula, with_numbers}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        inside->addWidget(label);
    }
    symbols = wrappedText(page);
    next = new QPushButton(page);
    next->setObjectName(QStringLiteral("next_lesson"));
    connect(next, &QPushButton::clicked, panel, &LessonTextsPanel::finished);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(next);
    buttons->addStretch(1);
    column->addWidget(verdict_box);
    column->addWidget(discovered);
    column->addWidget(formula_box);
    column->addWidget(symbols);
    column->addLayout(buttons);
    column->addStretch(1);
    return scrolled(page);
}

void LessonTextsPanel::setQuestion(const LessonQuestion& question) {
    parts_->question->setQuestion(question);
}

void LessonTextsPanel::setTasks(const QStringList& tasks) {
    QString rows;
    for (qsizetype i = 0; i < tasks.size(); ++i)
        rows += QStringLiteral(
                    "<tr><td style='padding-right:8px'><b>%1</b></td>"
                    "<td style='padding-bottom:8px'>%2</td></tr>")
                    .arg(i + 1)
                    .arg(tasks[i]);
    parts_->tasks->setText(QStringLiteral("<table>%1</table>").arg(rows));
}

void LessonTextsPanel::setExplanation(const LessonExplanation& explanation) {
    Parts& parts = *parts_;
    QString text;
    for (const QString& one : explanation.discovered)
        text += QStringLiteral("<p style='margin-top:0px;margin-bottom:8px'>%1</p>").arg(one);
    parts.discovered->setText(text);
    parts.formula->setText(explanation.formula);
    parts.with_numbers->setText(explanation.with_numbers);
    parts.with_numbers->setVisible(!explanation.with_numbers.isEmpty());
    parts.formula_box->setVisible(!explanation.formula.isEmpty());
    QString table;
    for (const auto& [symbol, meaning] : explanation.symbols)
        table +=
            QStringLiteral("<tr><td style='padding-right:10px'>%1</td><td>%2</td></tr>").arg(symbol, meaning);
    parts.symbols->setText(QStringLiteral("<table>%1</table>").arg(table));
    parts.symbols->setVisible(!table.isEmpty());
}

void LessonTextsPanel::setVerdict(const std::optional<LessonVerdict>& verdict) {
    parts_->verdict = verdict;
    parts_->showVerdict();
}

void LessonTextsPanel::Parts::showVerdict() {
    verdict_box->setVisible(verdict.has_value());
    if (!verdict) return;
    const Theme& theme = themeOf(panel);
    predicted->setText(LessonTextsPanel::tr("You expected: <b>%1</b>").arg(verdict->predicted));
    truth->setText(LessonTextsPanel::tr("It is: <b>%1</b>").arg(verdict->truth) +
                   (verdict->right ? QStringLiteral(" ✓") : QString()));
    verdict_box->setObjectName(QStringLiteral("verdict"));
    verdict_box->setStyleSheet(QStringLiteral("#verdict { border: 0px; border-left: 4px solid %1; }")
                                   .arg((verdict->right ? theme.good : theme.warning).name()));
}

void LessonTextsPanel::setLast(bool last) {
    parts_->next->setVisible(!last);
}

LessonStep LessonTextsPanel::step() const {
    return static_cast<LessonStep>(parts_->pages->currentIndex());
}

void LessonTextsPanel::setStep(LessonStep step) {
    const int index = static_cast<int>(step);
    parts_->pages->setCurrentIndex(index);
    for (int i = 0; i < 3; ++i)
        parts_->steps[i]->setChecked(i == index);
}

void LessonTextsPanel::choose(int index) {
    parts_->question->choose(index);
}

void LessonTextsPanel::setNumber(double value) {
    parts_->question->setNumber(value);
}

void LessonTextsPanel::Parts::retranslate() {
    const QString names[] = {LessonTextsPanel::tr("1  Predict"), LessonTextsPanel::tr("2  Try it"),
                             LessonTextsPanel::tr("3  Understand")};
    for (int i = 0; i < 3; ++i)
        steps[i]->setText(names[i]);
    understand->setText(withoutMnemonic(LessonTextsPanel::tr("&What was that?")));
    next->setText(withoutMnemonic(LessonTextsPanel::tr("Next &lesson")));
    showVerdict();
}

void LessonTextsPanel::Parts::restyle() {
    const Theme& theme = themeOf(panel);
    const QFont font = panel->font();
    formula->setFont(scaledFont(font, 1.25));
    for (QLabel* label : {tasks, discovered})
        label->setFont(scaledFont(font, 1.05));
    QPalette muted;
    muted.setColor(QPalette::WindowText, theme.mutedText);
    with_numbers->setPalette(muted);
    symbols->setPalette(muted);
    QPalette raised;
    raised.setColor(QPalette::Window, theme.raised);
    formula_box->setPalette(raised);
    for (QPushButton* button : {understand, next})
        paintPrimary(*button);
    showVerdict();
}

void LessonTextsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->retranslate();
    if (event->type() == QEvent::FontChange && parts_->pages != nullptr) parts_->restyle();
}

}  // namespace halfstep
