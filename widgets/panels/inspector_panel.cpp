// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/inspector_panel.h"

#include "widgets/panels/bits_picture.h"
#include "widgets/panels/trace_speech.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QApplication>
#include <QBoxLayout>
#include <QClipboard>
#include <QEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTextBlock>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace halfstep {
namespace {

constexpr int side_by_side_from = 640;  // pixels of width
constexpr int side_by_side_picture = 425;

int spinLimit(std::uint64_t count) {
    const std::uint64_t most = std::numeric_limits<int>::max();
    return static_cast<int>(std::min(count == 0 ? 0 : count - 1, most));
}

}  // namespace

struct InspectorPanel::Parts {
    InspectorPanel* panel;
    QLabel* row_label;
    QSpinBox* row;
    QLabel* input_label;
    QSpinBox* input;
    QToolButton* back;
    QToolButton* forth;
    QPushButton* largest_error;
    QPushButton* largest_weight;
    ElidedLabel* summary;
    QPushButton* copy;
    BitsPicture* picture;
    QScrollArea* scroll;
    QPlainTextEdit* steps;
    QSplitter* halves;
    MatrixShape shape;
    std::optional<WeightTrace> trace;
    QString problem;
    bool laid_out = false;

    void build();
    QBoxLayout* buildControls();
    void retranslate();
    void show();
    void showSteps();
    QString summaryText() const;
    void style();
    void choose() const;
    void step(bool forward);
    void enable();
};

InspectorPanel::InspectorPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->panel = this;
    parts_->build();
    parts_->retranslate();
    new ThemeFollower(this, [this] { parts_->style(); });
}

InspectorPanel::~InspectorPanel() = default;

void InspectorPanel::Parts::build() {
    picture = new BitsPicture;
    picture->setObjectName(QStringLiteral("inspector_bits"));
    scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(picture);
    steps = new QPlainTextEdit;
    steps->setObjectName(QStringLiteral("inspector_steps"));
    steps->setReadOnly(true);
    steps->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    steps->setTabChangesFocus(true);
    steps->setFrameShape(QFrame::NoFrame);
    halves = new QSplitter(Qt::Horizontal);
    halves->setChildrenCollapsible(false);
    halves->addWidget(scroll);
    halves->addWidget(steps);
    halves->setStretchFactor(1, 1);

    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(4);
    column->addLayout(buildControls());
    column->addWidget(halves, 1);
    style();
    enable();
}

QBoxLayout* InspectorPanel::Parts::buildControls() {
    row = new QSpinBox;
    input = new QSpinBox;
    row->setObjectName(QStringLiteral("inspector_row"));
    input->setObjectName(QStringLiteral("inspector_column"));
    row_label = new QLabel;
    input_label = new QLabel;
    row_label->setBuddy(row);
    input_label->setBuddy(input);
    back = new QToolButton;
    forth = new QToolButton;
    back->setObjectName(QStringLiteral("inspector_back"));
    forth->setObjectName(QStringLiteral("inspector_forth"));
    back->setArrowType(Qt::LeftArrow);
    forth->setArrowType(Qt::RightArrow);
    for (QToolButton* button : {back, forth}) {
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAutoRepeat(true);
    }
    largest_error = new QPushButton;
    largest_weight = new QPushButton;
    copy = new QPushButton;
    summary = new ElidedLabel;
    summary->setObjectName(QStringLiteral("inspector_summary"));
    largest_error->setObjectName(QStringLiteral("inspector_largest_error"));
    largest_weight->setObjectName(QStringLiteral("inspector_largest_weight"));
    copy->setObjectName(QStringLiteral("inspector_copy"));

    auto* controls = new QHBoxLayout;
    controls->setContentsMargins(8, 0, 8, 0);
    for (QWidget* widget : std::initializer_list<QWidget*>{row_label, row, input_label, input, back, forth,
                                                           largest_error, largest_weight})
        controls->addWidget(widget);
    controls->addSpacing(8);
    controls->addWidget(summary, 1);
    controls->addWidget(copy);
    for (QSpinBox* box : {row, input}) {
        box->setKeyboardTracking(false);
        connect(box, &QSpinBox::valueChanged, panel, [this] { choose(); });
    }
    connect(back, &QToolButton::clicked, panel, [this] { step(false); });
    connect(forth, &QToolButton::clicked, panel, [this] { step(true); });
    connect(largest_error, &QPushButton::clicked, panel, &InspectorPanel::largestErrorRequested);
    connect(largest_weight, &QPushButton::clicked, panel, &InspectorPanel::largestWeightRequested);
    connect(copy, &QPushButton::clicked, panel,
            [this] { QApplication::clipboard()->setText(panel->text()); });
    return controls;
}

void InspectorPanel::Parts::choose() const {
    emit panel->placeChosen(static_cast<quint64>(row->value()), static_cast<quint64>(input->value()));
}

// On to the next weight in reading order, from row to row.
void InspectorPanel::Parts::step(bool forward) {
    int to_row = row->value();
    int to_input = input->value() + (forward ? 1 : -1);
    if (to_input > input->maximum() && to_row < row->maximum()) {
        ++to_row;
        to_input = 0;
    } else if (to_input < 0 && to_row > 0) {
        --to_row;
        to_input = input->maximum();
    }
    if (to_input < 0 || to_input > input->maximum()) return;
    {
        const QSignalBlocker row_quiet(row);
        const QSignalBlocker input_quiet(input);
        row->setValue(to_row);
        input->setValue(to_input);
    }
    choose();
}

void InspectorPanel::Parts::enable() {
    const bool any = shape.channels > 0 && shape.inputs > 0;
    for (QWidget* widget : std::initializer_list<QWidget*>{row, input, back, forth, largest_weight})
        widget->setEnabled(any);
    largest_error->setEnabled(any && trace && trace->asked.family != Family::keep);
    copy->setEnabled(trace.has_value());
}

void InspectorPanel::Parts::retranslate() {
    row_label->setText(InspectorPanel::tr("Ro&w"));
    input_label->setText(InspectorPanel::tr("Column"));
    row->setToolTip(InspectorPanel::tr("Output channel of the weight, counted from 0"));
    input->setToolTip(InspectorPanel::tr("Input of the weight, counted from 0"));
    back->setToolTip(InspectorPanel::tr("The weight before"));
    forth->setToolTip(InspectorPanel::tr("The next weight"));
    for (QToolButton* button : {back, forth})
        button->setAccessibleName(button->toolTip());
    largest_error->setText(InspectorPanel::tr("Largest error"));
    largest_error->setToolTip(InspectorPanel::tr("Go to the weight that the scheme changes most"));
    largest_weight->setText(InspectorPanel::tr("Largest weight"));
    largest_weight->setToolTip(InspectorPanel::tr("Go to the weight that is farthest from 0"));
    copy->setText(InspectorPanel::tr("Copy"));
    copy->setToolTip(InspectorPanel::tr("Copy everything shown here as text"));
    picture->setAccessibleName(InspectorPanel::tr("Stored bits of the weight"));
    steps->setAccessibleName(InspectorPanel::tr("Arithmetic from the weight to its code and back"));
    show();
}

void InspectorPanel::Parts::show() {
    if (trace)
        picture->setTrace(*trace);
    else
        picture->clear();
    picture->setAccessibleDescription(panel->text());
    scroll->setVisible(trace.has_value());
    summary->setText(summaryText());
    showSteps();
    enable();
}

QString InspectorPanel::Parts::summaryText() const {
    if (!trace) return {};
    const auto before = static_cast<double>(trace->value);
    const auto after = static_cast<double>(trace->reconstruction);
    if (trace->asked.family == Family::keep || !std::isfinite(before)) return shortNumber(before);
    return InspectorPanel::tr("%1 → %2, error %3")
        .arg(shortNumber(before), shortNumber(after), shortNumber(after - before, 3));
}

void InspectorPanel::Parts::showSteps() {
    if (!trace) {
        steps->setCurrentCharFormat({});
        steps->setPlainText(
            problem.isEmpty()
                ? InspectorPanel::tr("Choose a tensor, and click on the map of its channels, or enter a row "
                                     "and a column, to see one weight down to its bits.")
                : problem);
        return;
    }
    const TraceSpeech words;
    const std::vector<TraceLine> lines = trace_lines(*trace, words, TraceDetail::steps);
    const QStringList headings = [&lines] {
        QStringList all;
        for (const TraceLine& line : lines)
            if (line.heading) all << QString::fromStdString(line.text);
        return all;
    }();
    steps->moveCursor(QTextCursor::Start);
    steps->setCurrentCharFormat({});
    steps->setPlainText(QString::fromStdString(aligned_text(lines)).trimmed());
    QTextCharFormat bold;
    bold.setFontWeight(QFont::DemiBold);
    bold.setForeground(themeOf(panel).accent);
    for (QTextBlock block = steps->document()->begin(); block.isValid(); block = block.next()) {
        if (!headings.contains(block.text())) continue;
        QTextCursor cursor(block);
        cursor.select(QTextCursor::BlockUnderCursor);
        cursor.setCharFormat(bold);
    }
    steps->moveCursor(QTextCursor::Start);
}

void InspectorPanel::Parts::style() {
    QFont font = monospaceFont();
    font.setPointSizeF(font.pointSizeF() * 0.92);
    steps->setFont(font);
    if (trace) showSteps();
}

void InspectorPanel::setTrace(const WeightTrace& trace) {
    parts_->trace = trace;
    parts_->problem.clear();
    parts_->shape = trace.shape;
    {
        const QSignalBlocker row_quiet(parts_->row);
        const QSignalBlocker input_quiet(parts_->input);
        parts_->row->setMaximum(spinLimit(trace.shape.channels));
        parts_->input->setMaximum(spinLimit(trace.shape.inputs));
        parts_->row->setValue(static_cast<int>(trace.place.row));
        parts_->input->setValue(static_cast<int>(trace.place.input));
    }
    parts_->show();
}

void InspectorPanel::setShape(MatrixShape shape) {
    parts_->shape = shape;
    parts_->trace.reset();
    const QSignalBlocker row_quiet(parts_->row);
    const QSignalBlocker input_quiet(parts_->input);
    parts_->row->setMaximum(spinLimit(shape.channels));
    parts_->input->setMaximum(spinLimit(shape.inputs));
    parts_->enable();
}

void InspectorPanel::setProblem(const QString& sentence) {
    parts_->trace.reset();
    parts_->problem = sentence;
    parts_->show();
}

void InspectorPanel::clear() {
    setShape({});
    setProblem({});
}

QString InspectorPanel::text() const {
    if (!parts_->trace) return {};
    const WeightTrace& trace = *parts_->trace;
    return QStringLiteral("%1 [%2,%3]\n\n%4")
        .arg(QString::fromStdString(trace.tensor), QString::number(trace.place.row),
             QString::number(trace.place.input),
             QString::fromStdString(aligned_text(trace_lines(trace, TraceSpeech()))));
}

MatrixPlace InspectorPanel::place() const {
    return {static_cast<std::uint64_t>(parts_->row->value()),
            static_cast<std::uint64_t>(parts_->input->value())};
}

void InspectorPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->retranslate();
}

void InspectorPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool wide = event->size().width() >= side_by_side_from;
    const Qt::Orientation orientation = wide ? Qt::Horizontal : Qt::Vertical;
    if (parts_->halves->orientation() == orientation && parts_->laid_out) return;
    parts_->laid_out = true;
    parts_->halves->setOrientation(orientation);
    // The picture as wide as 16 bytes need; above each other, half and half.
    if (wide)
        parts_->halves->setSizes({side_by_side_picture, event->size().width() - side_by_side_picture});
    else
        parts_->halves->setSizes({event->size().height() / 2, event->size().height() / 2});
}

}  // namespace halfstep
