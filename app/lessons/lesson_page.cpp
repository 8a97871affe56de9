// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/lesson_page.h"

#include "app/lessons/stage_factory.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/lessons/veil.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/icons.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>
#include <utility>

namespace halfstep {
namespace {

constexpr int side_by_side = 740;  // pixels of width from which texts stand beside the stage
constexpr double text_share = 0.34;
constexpr int least_text = 304;
constexpr int most_text = 560;
constexpr double text_height_share = 0.42;  // where they stand above it

QToolButton* headButton(QWidget* parent, const char* name, const QString& icon) {
    auto* button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolButtonStyle(icon.isEmpty() ? Qt::ToolButtonTextOnly : Qt::ToolButtonTextBesideIcon);
    if (!icon.isEmpty()) button->setIcon(themedIcon(icon));
    return button;
}

}  // namespace

LessonPage::LessonPage(JobRunner& jobs, LearningProgress& progress, QWidget* parent)
    : QWidget(parent), jobs_(jobs), progress_(progress) {
    setAutoFillBackground(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 12, 10);
    column->setSpacing(8);
    buildHead(column);
    body_ = new QBoxLayout(QBoxLayout::LeftToRight);
    body_->setSpacing(14);
    texts_ = new LessonTextsPanel;
    right_ = new QWidget;
    auto* stage_column = new QVBoxLayout(right_);
    stage_column->setContentsMargins(0, 0, 0, 0);
    area_ = new VeiledArea;
    strip_ = new FigureStrip;
    stage_column->addWidget(area_, 1);
    stage_column->addWidget(strip_);
    body_->addWidget(texts_);
    body_->addWidget(right_, 1);
    column->addLayout(body_, 1);

    connect(texts_, &LessonTextsPanel::answered, this, [this](double answer) {
        progress_.setAnswer(lesson_->id, answer);
        setStep(LessonStep::explore);
    });
    connect(texts_, &LessonTextsPanel::skipped, this, [this] { setStep(LessonStep::explore); });
    connect(texts_, &LessonTextsPanel::stepChosen, this, &LessonPage::setStep);
    connect(texts_, &LessonTextsPanel::finished, this, &LessonPage::nextRequested);
    connect(area_, &VeiledArea::veilClicked, this, [this] { setStep(LessonStep::predict); });
    new ThemeFollower(this, [this] { restyle(); });
    retranslate();
    restyle();
}

LessonPage::~LessonPage() = default;

void LessonPage::buildHead(QBoxLayout* column) {
    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    title_ = new ElidedLabel;
    title_->setTextFormat(Qt::PlainText);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layer_ = headButton(this, "use_layer", QStringLiteral("layers"));
    layer_->setCheckable(true);
    reset_ = headButton(this, "reset", QStringLiteral("reset"));
    present_ = headButton(this, "present", QStringLiteral("picture"));
    previous_ = headButton(this, "previous", {});
    next_ = headButton(this, "next", {});
    previous_->setText(QStringLiteral("◀"));
    next_->setText(QStringLiteral("▶"));
    head->addWidget(title_, 1);
    for (QToolButton* button : {layer_, reset_, present_, previous_, next_})
        head->addWidget(button);
    column->addLayout(head);
    connect(layer_, &QToolButton::toggled, this, &LessonPage::useLayer);
    connect(reset_, &QToolButton::clicked, this, &LessonPage::reset);
    connect(present_, &QToolButton::clicked, this, &LessonPage::presentRequested);
    connect(previous_, &QToolButton::clicked, this, &LessonPage::previousRequested);
    connect(next_, &QToolButton::clicked, this, &LessonPage::nextRequested);
}

QString LessonPage::language() {
    return QLocale().name().section(u'_', 0, 0);
}

void LessonPage::setLesson(const Lesson& lesson) {
    lesson_ = lesson;
    skipped_ = false;
    layer_->setChecked(false);
    buildStage({});
    showTexts();
    setStep(progress_.answer(lesson.id) ? LessonStep::explore : LessonStep::predict);
}

void LessonPage::buildStage(const QVariantMap& values) {
    truth_.reset();
    auto stage = makeStage(lesson_->stage, jobs_);
    stage_ = stage.get();
    stage_->plot().setFileStem(QStringLiteral("lesson-") + lesson_->id);
    connect(stage_, &Stage::figuresChanged, this, &LessonPage::showFigures);
    for (PlotView* plot : stage_->plots())
        connect(plot, &PlotView::exportRequested, this, &LessonPage::exportRequested);
    area_->setContent(stage.release());
    stage_->start(lesson_->settings);
    if (usesLayer()) stage_->setLayer(offered_);
    if (!values.isEmpty()) stage_->parameters().setValues(values);
    updateLayerButton();
}

void LessonPage::setStep(LessonStep step) {
    if (!lesson_) return;
    if (step != LessonStep::predict && !progress_.answer(lesson_->id)) skipped_ = true;
    texts_->setStep(step);
    if (step == LessonStep::understand) progress_.setDone(lesson_->id);
    updateVeil();
    showVerdict();
}

void LessonPage::updateVeil() {
    const bool veiled = texts_->step() == LessonStep::predict && !skipped_ && !progress_.answer(lesson_->id);
    area_->setVeil(veiled, tr("What do you expect? Answer the question first."));
    strip_->setVisible(!veiled);
}

bool LessonPage::isVeiled() const {
    return area_->isVeiled();
}

bool LessonPage::nextStep() {
    if (!lesson_ || texts_->step() == LessonStep::understand) return false;
    setStep(static_cast<LessonStep>(static_cast<int>(texts_->step()) + 1));
    return true;
}

bool LessonPage::previousStep() {
    if (!lesson_ || texts_->step() == LessonStep::predict) return false;
    setStep(static_cast<LessonStep>(static_cast<int>(texts_->step()) - 1));
    return true;
}

void LessonPage::reset() {
    if (!lesson_) return;
    layer_->setChecked(false);
    truth_.reset();
    stage_->reset();
    progress_.forget(lesson_->id);
    skipped_ = false;
    showTexts();
    setStep(LessonStep::predict);
}

void LessonPage::setOfferedLayer(LessonTensorPtr layer) {
    offered_ = std::move(layer);
    if (stage_ == nullptr) return;
    if (layer_->isChecked()) stage_->setLayer(offered_);
    updateLayerButton();
}

bool LessonPage::usesLayer() const {
    return layer_->isChecked() && offered_ != nullptr;
}

void LessonPage::useLayer(bool use) {
    layer_->setChecked(use);
    if (stage_ != nullptr) stage_->setLayer(usesLayer() ? offered_ : nullptr);
    updateLayerButton();
}

void LessonPage::updateLayerButton() {
    if (stage_ == nullptr) return;
    layer_->setVisible(stage_->takesLayer() && !presenting_);
    layer_->setEnabled(offered_ != nullptr);
    layer_->setText(usesLayer() ? shortTensorName(offered_->name).replace(u'&', QStringLiteral("&&"))
                                : withoutMnemonic(tr("Use my &layer")));
    layer_->setToolTip(offered_ == nullptr
                           ? tr("Open a model and select a layer: then this lesson can be about it")
                       : usesLayer() ? tr("Back to the example")
                                     : tr("Try it on %1").arg(offered_->name).toHtmlEscaped());
}

// {name} stands for the figure of that name.
QString LessonPage::filled(const QString& text) const {
    static const QRegularExpression named(QStringLiteral("\\{([a-z0-9_]+)\\}"));
    QString result;
    qsizetype from = 0;
    for (auto matches = named.globalMatch(text); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        const QString figure = stage_->figureText(match.captured(1));
        result += text.mid(from, match.capturedStart() - from);
        result += figure.isEmpty() ? noValueText() : figure.toHtmlEscaped();
        from = match.capturedEnd();
    }
    return result + text.mid(from);
}

void LessonPage::showTexts() {
    const LessonTexts& texts = words();
    title_->setText(QStringLiteral("%1   %2").arg(lesson_->number).arg(texts.title));
    const Lesson::Prediction& asked = lesson_->prediction;
    LessonQuestion question;
    question.introduction = texts.introduction;
    question.question = texts.question;
    question.choices = texts.choices;
    question.low = asked.from;
    question.high = asked.to;
    question.step = asked.step;
    question.start = asked.start;
    question.decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(asked.step) - 1e-9)));
    question.unit = texts.unit;
    texts_->setQuestion(question);
    if (const auto answer = progress_.answer(lesson_->id)) {
        if (asked.isChoice())
            texts_->choose(static_cast<int>(*answer));
        else
            texts_->setNumber(*answer);
    }
    texts_->setTasks(texts.tasks);
    showFigures();
}

void LessonPage::showFigures() {
    if (stage_ == nullptr || !lesson_) return;
    strip_->setFigures(stage_->figures());
    const double asked = stage_->figure(lesson_->prediction.figure);
    if (!truth_ && !std::isnan(asked) && stage_->isAsSetUp()) truth_ = asked;
    const LessonTexts& texts = words();
    LessonExplanation explanation;
    for (const QString& text : texts.discovered)
        explanation.discovered << filled(text);
    explanation.formula = texts.formula;
    explanation.with_numbers = stage_->formulaWithNumbers();
    explanation.symbols = texts.symbols;
    texts_->setExplanation(explanation);
    showVerdict();
}

QString LessonPage::answerText(double answer) const {
    const LessonTexts& texts = words();
    if (lesson_->prediction.isChoice()) return texts.choices.value(static_cast<qsizetype>(answer));
    const QString number = shortNumber(answer);
    return texts.unit.isEmpty() ? number : number + u' ' + texts.unit;
}

QString LessonPage::truthText(double truth) const {
    const Lesson::Prediction& asked = lesson_->prediction;
    if (!asked.isChoice()) return answerText(truth);
    for (qsizetype i = 0; i < asked.ranges.size(); ++i)
        if (asked.isRight(static_cast<double>(i), truth)) return words().choices.value(i);
    return stage_->figureText(asked.figure);
}

void LessonPage::showVerdict() {
    if (!lesson_ || stage_ == nullptr) return;
    const auto answer = progress_.answer(lesson_->id);
    if (!answer || !truth_) return texts_->setVerdict(std::nullopt);
    texts_->setVerdict(LessonVerdict{answerText(*answer).toHtmlEscaped(), truthText(*truth_).toHtmlEscaped(),
                                     lesson_->prediction.isRight(*answer, *truth_)});
}

void LessonPage::setNeighbours(bool previous, bool next) {
    previous_->setEnabled(previous);
    next_->setEnabled(next);
    texts_->setLast(!next);
}

void LessonPage::setPresenting(bool presenting) {
    presenting_ = presenting;
    for (QToolButton* button : {reset_, present_, previous_, next_})
        button->setVisible(!presenting);
    updateLayerButton();
    arrange();
}

// Texts beside the stage where there is room for both, else above it.
void LessonPage::arrange() {
    const bool beside = width() >= side_by_side;
    body_->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    if (beside) {
        const int scale = presenting_ ? 2 : 1;
        texts_->setFixedWidth(
            std::clamp(static_cast<int>(text_share * width()), least_text, most_text * scale));
        texts_->setMaximumHeight(QWIDGETSIZE_MAX);
    } else {
        texts_->setMinimumWidth(0);
        texts_->setMaximumWidth(QWIDGETSIZE_MAX);
        texts_->setMaximumHeight(static_cast<int>(text_height_share * height()));
    }
}

void LessonPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void LessonPage::retranslate() {
    reset_->setText(withoutMnemonic(tr("&Reset")));
    reset_->setToolTip(tr("Everything as at the beginning, the question included"));
    present_->setText(withoutMnemonic(tr("&Present")));
    present_->setToolTip(tr("Large, and without anything else (F5)"));
    previous_->setAccessibleName(tr("Previous lesson"));
    next_->setAccessibleName(tr("Next lesson"));
    previous_->setToolTip(tr("Previous lesson (Alt+Left)"));
    next_->setToolTip(tr("Next lesson (Alt+Right)"));
    updateLayerButton();
}

void LessonPage::restyle() {
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setWeight(QFont::DemiBold);
    title_->setFont(large);
}

void LessonPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::LanguageChange) return;
    retranslate();
    if (!lesson_) return;
    buildStage(stage_->parameters().values());  // its controls in the other language
    showTexts();
    updateVeil();
}

}  // namespace halfstep
