// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/live_numbers_panel.h"

#include "widgets/style/elided_label.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"
#include "widgets/style/theme_follower.h"

#include <QEvent>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QVBoxLayout>

#include <array>
#include <cmath>

namespace halfstep {
namespace {

enum class Better { lower, higher, neither };
enum class Change { difference, factor };

// One line of the panel: how a figure is taken from a measurement, written, and judged.
struct Line {
    const char* name;  // of the value label, for tests and accessibility
    QString (*title)();
    std::optional<double> (*value)(const Measurement&);
    QString (*text)(double);
    Better better;
    Change change;
    bool some_schemes_only = false;  // not shown where the scheme has no such figure
};

template <class Number>
std::optional<double> asDouble(const std::optional<Number>& value) {
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

QString bytesText(double bytes) {
    return sizeText(static_cast<std::uint64_t>(std::abs(bytes)));
}

QString figureText(double value) {
    return shortNumber(value);
}

QString wholeNumber(double value) {
    return QLocale().toString(value, 'f', 0);
}

const std::array<Line, 11>& lines() {
    static const std::array<Line, 11> all{{
        {"bits_per_weight", [] { return LiveNumbersPanel::tr("Bits per weight"); },
         [](const Measurement& m) { return std::optional(m.bits_per_weight); }, bitsText, Better::lower,
         Change::difference},
        {"size", [] { return LiveNumbersPanel::tr("Size"); },
         [](const Measurement& m) { return std::optional(static_cast<double>(m.bytes)); }, bytesText,
         Better::lower, Change::difference},
        {"sqnr", [] { return LiveNumbersPanel::tr("SQNR"); },
         [](const Measurement& m) { return sqnr_db(m.sums); },
         [](double value) { return decibelText(value); }, Better::higher, Change::difference},
        {"rel_error", [] { return LiveNumbersPanel::tr("Relative error"); },
         [](const Measurement& m) { return rel_error(m.sums); },
         [](double value) { return shareText(value); }, Better::lower, Change::factor},
        {"weighted_rel_error", [] { return LiveNumbersPanel::tr("Weighted error"); },
         [](const Measurement& m) { return m.weighted_rel_error(); },
         [](double value) { return shareText(value); }, Better::lower, Change::factor, true},
        {"mse", [] { return LiveNumbersPanel::tr("Mean squared error"); },
         [](const Measurement& m) { return std::optional(mse(m.sums)); }, figureText, Better::lower,
         Change::factor},
        {"max_error", [] { return LiveNumbersPanel::tr("Greatest error"); },
         [](const Measurement& m) { return std::optional(m.sums.max_abs_error); }, figureText, Better::lower,
         Change::factor},
        {"cosine", [] { return LiveNumbersPanel::tr("Cosine similarity"); },
         [](const Measurement& m) { return cosine(m.sums); },
         [](double value) { return QLocale().toString(value, 'f', 5); }, Better::higher, Change::difference},
        {"clipped", [] { return LiveNumbersPanel::tr("Clipped weights"); },
         [](const Measurement& m) { return std::optional(clipped_share(m.sums)); },
         [](double value) { return shareText(value); }, Better::neither, Change::difference},
        {"scale", [] { return LiveNumbersPanel::tr("Scale"); },
         [](const Measurement& m) { return asDouble(m.scale); }, figureText, Better::neither, Change::factor,
         true},
        {"zero_point", [] { return LiveNumbersPanel::tr("Zero-point"); },
         [](const Measurement& m) { return asDouble(m.zero_point); }, wholeNumber, Better::neither,
         Change::difference, true},
    }};
    return all;
}

QString explanation(std::size_t line) {
    switch (line) {
        case 0:
            return LiveNumbersPanel::tr(
                "Everything stored (codes, scales, zero-points), divided by the number of weights");
        case 2:
            return LiveNumbersPanel::tr("Signal to quantization noise ratio: each bit adds about 6 dB");
        case 3:
            return LiveNumbersPanel::tr("Length of the error over length of the weights");
        case 4:
            return LiveNumbersPanel::tr(
                "The relative error with every weight's importance as a factor: the mean squared input that "
                "it is multiplied with");
        case 5:
            return LiveNumbersPanel::tr("Mean of (x−x̂)²");
        case 6:
            return LiveNumbersPanel::tr("Greatest |x−x̂| of all weights");
        case 7:
            return LiveNumbersPanel::tr(
                "Cosine of the angle between the weights before and after; 1 is the same direction");
        case 8:
            return LiveNumbersPanel::tr(
                "Share of the weights outside the range that the codes can represent");
        case 9:
            return LiveNumbersPanel::tr("Distance of two codes, where the tensor has one scale");
        case 10:
            return LiveNumbersPanel::tr("The code that means 0, where the tensor has one");
        default:
            return {};
    }
}

// The sentence stands on a ground of its own, with a stroke of the accent colour before it.
class NoteBox : public QFrame {
  public:
    using QFrame::QFrame;

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        const Theme& theme = themeOf(this);
        QPainter painter(this);
        painter.fillRect(rect(), theme.dark ? theme.raised : theme.surface);
        painter.fillRect(QRect(0, 0, 3, height()), theme.accent);
    }
};

struct Trend {
    QString text;
    int worth = 0;  // 1 better, -1 worse, 0 neither
};

Trend trendOf(const Line& line, std::optional<double> now, std::optional<double> before) {
    if (!now || !before || *now == *before) return {};
    const bool up = *now > *before;
    Trend trend;
    trend.text = up ? QStringLiteral("▲ ") : QStringLiteral("▼ ");
    if (line.change == Change::factor && *before != 0) {
        trend.text += QStringLiteral("×%1").arg(QLocale().toString(*now / *before, 'g', 3));
    } else {
        trend.text += (up ? QStringLiteral("+") : QStringLiteral("−")) + line.text(std::abs(*now - *before));
    }
    if (line.better != Better::neither) trend.worth = (line.better == Better::higher) == up ? 1 : -1;
    return trend;
}

void setTextColor(QLabel* label, const QColor& color) {
    if (label->palette().color(QPalette::WindowText) == color) return;
    QPalette palette;
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

}  // namespace

struct LiveNumbersPanel::Parts {
    LiveNumbersPanel* panel;
    ElidedLabel* tensor;
    QLabel* estimated;
    QFrame* sentence_box;
    QLabel* sentence;
    std::array<QLabel*, 11> titles;
    std::array<QLabel*, 11> values;
    std::array<QLabel*, 11> trends;
    std::optional<LiveNumbers> numbers;
    QString unknown_tensor;  // where there are no numbers

    void build();
    void refresh();
    void refreshLine(std::size_t index);
    void colorLabels();
};

LiveNumbersPanel::LiveNumbersPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
    parts_->panel = this;
    parts_->build();
    parts_->refresh();
    new ThemeFollower(this, [this] { parts_->colorLabels(); });
}

LiveNumbersPanel::~LiveNumbersPanel() = default;

void LiveNumbersPanel::Parts::build() {
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(10, 2, 10, 8);
    layout->setSpacing(6);
    tensor = new ElidedLabel(panel);
    tensor->setObjectName(QStringLiteral("live_tensor"));
    sentence_box = new NoteBox(panel);
    sentence_box->setObjectName(QStringLiteral("live_sentence_box"));
    sentence = new QLabel(sentence_box);
    sentence->setObjectName(QStringLiteral("live_sentence"));
    sentence->setWordWrap(true);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* box = new QVBoxLayout(sentence_box);
    box->setContentsMargins(10, 7, 8, 7);
    box->addWidget(sentence);
    estimated = new QLabel(panel);
    estimated->setObjectName(QStringLiteral("live_estimated"));
    layout->addWidget(tensor);
    layout->addWidget(sentence_box);

    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 2, 0, 0);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(0, 1);
    for (std::size_t i = 0; i < lines().size(); ++i) {
        const int row = static_cast<int>(i);
        titles[i] = new QLabel(panel);
        values[i] = new QLabel(panel);
        trends[i] = new QLabel(panel);
        values[i]->setObjectName(QStringLiteral("live_") + QLatin1String(lines()[i].name));
        trends[i]->setObjectName(QStringLiteral("trend_") + QLatin1String(lines()[i].name));
        values[i]->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        values[i]->setTextInteractionFlags(Qt::TextSelectableByMouse);
        trends[i]->setMinimumWidth(panel->fontMetrics().horizontalAdvance(QStringLiteral("▲ +88.8 dB")));
        grid->addWidget(titles[i], row, 0);
        grid->addWidget(values[i], row, 1);
        grid->addWidget(trends[i], row, 2);
    }
    layout->addLayout(grid);
    layout->addWidget(estimated);
    layout->addStretch(1);
}

void LiveNumbersPanel::Parts::refresh() {
    const bool any = numbers.has_value();
    const QString shown = panel->tensor();
    tensor->setText(shown.isEmpty() ? LiveNumbersPanel::tr("No layer is selected") : shown);
    sentence_box->setVisible(any);
    if (any) sentence->setText(explain(numbers->facts));
    estimated->setVisible(any && numbers->estimated);
    estimated->setText(LiveNumbersPanel::tr("Estimate while you edit; the exact figures follow."));
    for (std::size_t i = 0; i < lines().size(); ++i)
        refreshLine(i);
    colorLabels();
}

void LiveNumbersPanel::Parts::refreshLine(std::size_t index) {
    const Line& line = lines()[index];
    titles[index]->setText(line.title());
    titles[index]->setToolTip(explanation(index));
    const bool measured = numbers && numbers->facts.measurement.refused.empty();
    const auto value = measured ? line.value(numbers->facts.measurement) : std::nullopt;
    values[index]->setText(value ? line.text(*value) : noValueText());
    values[index]->setToolTip(value ? exactText(*value) : QString());
    const bool shown = value || !numbers || !line.some_schemes_only;
    for (QLabel* label : {titles[index], values[index], trends[index]})
        label->setVisible(shown);
    values[index]->setAccessibleName(QStringLiteral("%1: %2").arg(line.title(), values[index]->text()));

    Trend trend;
    QString compared;
    if (measured && numbers->committed && numbers->committed->refused.empty()) {
        const auto before = line.value(*numbers->committed);
        trend = trendOf(line, value, before);
        const QString scheme = QString::fromStdString(to_string(numbers->committed->scheme));
        const QString former = before ? line.text(*before) : noValueText();
        compared = trend.worth > 0
                       ? LiveNumbersPanel::tr("Better than %1 in the plan: %2").arg(scheme, former)
                   : trend.worth < 0
                       ? LiveNumbersPanel::tr("Worse than %1 in the plan: %2").arg(scheme, former)
                       : LiveNumbersPanel::tr("%1 in the plan: %2", "%1 is a scheme").arg(scheme, former);
    }
    trends[index]->setText(trend.text);
    trends[index]->setToolTip(trend.text.isEmpty() ? QString() : compared);
    trends[index]->setAccessibleName(trends[index]->toolTip());
    trends[index]->setProperty("worth", trend.worth);
}

void LiveNumbersPanel::Parts::colorLabels() {
    const Theme& theme = themeOf(panel);
    setTextColor(tensor, theme.mutedText);
    setTextColor(estimated, theme.mutedText);
    estimated->setFont(smallFont());
    for (std::size_t i = 0; i < lines().size(); ++i) {
        const int worth = trends[i]->property("worth").toInt();
        setTextColor(titles[i], theme.mutedText);
        setTextColor(values[i], values[i]->text() == noValueText() ? theme.faintText : theme.text);
        setTextColor(trends[i], worth > 0 ? theme.good : worth < 0 ? theme.bad : theme.mutedText);
        trends[i]->setFont(smallFont());
    }
}

void LiveNumbersPanel::setNumbers(const LiveNumbers& numbers) {
    parts_->numbers = numbers;
    parts_->refresh();
}

void LiveNumbersPanel::clear(const QString& tensor) {
    parts_->numbers.reset();
    parts_->unknown_tensor = tensor;
    parts_->refresh();
}

QString LiveNumbersPanel::tensor() const {
    return parts_->numbers ? parts_->numbers->tensor : parts_->unknown_tensor;
}

void LiveNumbersPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) parts_->refresh();
}

}  // namespace halfstep
