// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/compare_plot.h"

#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/pane_layout.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace halfstep {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double most_name_share = 0.3;     // of the table's width
constexpr double least_radar_share = 0.12;  // the worst scheme is still seen on the radar
constexpr double name_margin = 36;          // swatch and gaps
constexpr int least_width_of_both = 780;
constexpr double radar_column = 0.52;  // of the table's width
constexpr int tallest_row = 44;
constexpr int tallest_row_beside = 64;  // of the radar

bool exact(const ErrorSums& sums) {
    return sums.error_squared == 0;
}

// Among the shown: 1 for the best, least_radar_share for the worst, 1 where all are alike.
std::vector<double> sharesOfBest(const std::vector<double>& scores) {
    double low = infinity;
    double high = -infinity;
    for (const double score : scores) {
        if (!std::isfinite(score)) continue;
        low = std::min(low, score);
        high = std::max(high, score);
    }
    std::vector<double> shares;
    for (const double score : scores) {
        const double share = !std::isfinite(score) ? (score > 0 ? 1 : 0)
                             : high > low          ? (score - low) / (high - low)
                                                   : 1;
        shares.push_back(least_radar_share + (1 - least_radar_share) * share);
    }
    return shares;
}

}  // namespace

ComparePlot::ComparePlot(QWidget* parent) : PlotView(parent) {
    auto* table_pane = new PaintedElement(
        plot(), [this](QCPPainter* painter, const QRect& rect) { drawTable(painter, rect); });
    auto* radar_pane = new PaintedElement(
        plot(), [this](QCPPainter* painter, const QRect& rect) { drawRadarPane(painter, rect); });
    table_pane->setMargins(QMargins(8, 6, 4, 6));
    radar_pane->setMargins(QMargins(4, 6, 6, 6));
    table_pane_ = table_pane;
    radar_pane_ = radar_pane;
    arrange();
    clear();
}

// The radar stands beside the table where there is width for both and it gets larger there than below it.
void ComparePlot::arrange() {
    // What the table does not need in height goes to the radar below it.
    const int rows = static_cast<int>(schemes_.size());
    const int table = headerHeight() + rows * tallest_row + 12;
    const QSizeF size = plot()->size();
    const double beside = std::min(size.width() * radar_column / (1 + radar_column), size.height());
    const double below = std::min(size.width(), size.height() - table);
    const bool wide = size.width() >= least_width_of_both && beside > below;
    table_pane_->setMaximumSize(QWIDGETSIZE_MAX, wide ? QWIDGETSIZE_MAX : table);
    if (wide_ == wide) return;
    wide_ = wide;
    QCPLayoutGrid* grid = plot()->plotLayout();
    if (wide) {
        placePanes(grid, {{table_pane_, 0, 0}, {radar_pane_, 0, 1}});
        grid->setColumnStretchFactor(1, radar_column);
    } else {
        placePanes(grid, {{table_pane_, 0, 0}, {radar_pane_, 1, 0}});
        grid->setRowStretchFactor(1, 0.85);
    }
    replotSoon();
}

void ComparePlot::setSchemes(std::vector<ComparedScheme> schemes) {
    schemes_ = std::move(schemes);
    if (selected_ && *selected_ >= schemes_.size()) selected_.reset();
    if (schemes_.empty()) {
        clear();
    } else {
        dataChanged();
    }
}

void ComparePlot::setSelected(std::optional<std::size_t> index) {
    selected_ = index && *index < schemes_.size() ? index : std::nullopt;
    replotSoon();
}

QString ComparePlot::title() const {
    return tr("Compare");
}

QString ComparePlot::emptySentence() const {
    return tr("Choose schemes to compare them on this tensor.");
}

QString ComparePlot::summary() const {
    QStringList lines;
    for (const ComparedScheme& scheme : schemes_) {
        const Measurement& measurement = scheme.measurement;
        const std::optional<double> sqnr = sqnr_db(measurement.sums);
        lines << (measurement.refused.empty() ? tr("%1: %2 bits, SQNR %3 dB")
                                                    .arg(scheme.label, valueText(measurement.bits_per_weight),
                                                         sqnr ? valueText(*sqnr, 3) : tr("exact"))
                                              : tr("%1: not applicable").arg(scheme.label));
    }
    return lines.join(QStringLiteral("; "));
}

void ComparePlot::rebuild() {
    stylePlot(plot());
    figures_ = figures();
    arrange();
}

std::vector<ComparePlot::Figure> ComparePlot::figures() const {
    std::vector<Figure> all(5);
    all[0] = {tr("bits"), tr("per weight"), true, {}, {}};
    all[1] = {tr("SQNR"), tr("in dB"), false, {}, {}};
    all[2] = {tr("max error"), tr("of any weight"), true, {}, {}};
    all[3] = {tr("cosine"), tr("bar: 1 − cos"), true, {}, {}};
    all[4] = {tr("clipped"), tr("of the weights"), true, {}, {}};
    for (const ComparedScheme& scheme : schemes_) {
        const auto add = [&all](std::size_t column, const std::optional<double>& value, const QString& text) {
            all[column].values.push_back(value);
            all[column].texts.push_back(text);
        };
        const Measurement& measurement = scheme.measurement;
        if (!measurement.refused.empty()) {
            for (std::size_t column = 0; column < all.size(); ++column)
                add(column, std::nullopt, {});
            continue;
        }
        const QString none = QStringLiteral("–");
        const ErrorSums& sums = measurement.sums;
        add(0, measurement.bits_per_weight, QLocale().toString(measurement.bits_per_weight, 'f', 3));
        const std::optional<double> sqnr = exact(sums) ? std::optional(infinity) : sqnr_db(sums);
        add(1, sqnr, !sqnr ? none : std::isinf(*sqnr) ? tr("exact") : QLocale().toString(*sqnr, 'f', 1));
        add(2, sums.max_abs_error, valueText(sums.max_abs_error, 3));
        const std::optional<double> likeness = cosine(sums);
        add(3, likeness ? std::optional(std::max(0.0, 1 - *likeness)) : std::nullopt,
            likeness ? QLocale().toString(*likeness, 'f', 5) : none);
        add(4, clipped_share(sums), shareText(clipped_share(sums)));
    }
    return all;
}

std::vector<std::size_t> ComparePlot::onRadar() const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < schemes_.size() && shown.size() < radar_limit; ++i) {
        if (schemes_[i].measurement.refused.empty()) shown.push_back(i);
    }
    const bool bring_in = selected_ && schemes_[*selected_].measurement.refused.empty() &&
                          std::find(shown.begin(), shown.end(), *selected_) == shown.end();
    if (bring_in) shown.back() = *selected_;
    return shown;
}

QColor ComparePlot::colorOf(std::size_t index) const {
    const std::vector<std::size_t> shown = onRadar();
    const auto place = std::find(shown.begin(), shown.end(), index);
    return place == shown.end() ? theme().faintText
                                : theme().seriesColor(std::distance(shown.begin(), place));
}

RadarChart ComparePlot::radar() const {
    const std::vector<std::size_t> shown = onRadar();
    RadarChart chart;
    chart.axes =
        QStringList{tr("few bits"), tr("SQNR"), tr("small\nmax error"), tr("cosine"), tr("little\nclipping")};
    for (const std::size_t index : shown) {
        chart.series.push_back({colorOf(index), {}, selected_ == index});
    }
    const auto add_axis = [&](auto score_of) {
        std::vector<double> scores;
        for (const std::size_t index : shown)
            scores.push_back(score_of(schemes_[index].measurement));
        const std::vector<double> shares = sharesOfBest(scores);
        for (std::size_t i = 0; i < shares.size(); ++i)
            chart.series[i].shares.push_back(shares[i]);
    };
    add_axis([](const Measurement& m) { return -m.bits_per_weight; });
    add_axis(
        [](const Measurement& m) { return exact(m.sums) ? infinity : sqnr_db(m.sums).value_or(-infinity); });
    add_axis([](const Measurement& m) { return -std::log10(m.sums.max_abs_error); });
    add_axis([](const Measurement& m) { return -std::log10(std::max(0.0, 1 - cosine(m.sums).value_or(1))); });
    add_axis([](const Measurement& m) { return -clipped_share(m.sums); });
    return chart;
}

std::size_t ComparePlot::rowsShown() const {
    const int line = QFontMetrics(smallFont()).height();
    const int room = table_pane_->rect().height() - headerHeight();
    const auto fitting = static_cast<std::size_t>(std::max(1, room / (line + 6)));
    return fitting >= schemes_.size() ? schemes_.size() : fitting - 1;  // a line says how many are left out
}

double ComparePlot::namesWidth(double table_width) const {
    const QFontMetricsF metrics(smallFont());
    double widest = 0;
    for (const ComparedScheme& scheme : schemes_)
        widest = std::max(widest, metrics.horizontalAdvance(scheme.label));
    return std::min(widest + name_margin, table_width * most_name_share);
}

// Below the names of the figures; none where columns are too narrow.
int ComparePlot::hintLines() const {
    const QFontMetricsF metrics(smallFont());
    const QRectF column(0, 0, columnRect(0, table_pane_->rect()).width(), 1000);
    int lines = 1;
    for (const Figure& figure : figures_) {
        const QRectF wrapped = metrics.boundingRect(column, Qt::TextWordWrap, figure.hint);
        if (wrapped.width() > column.width()) return 0;
        lines = std::max(lines, static_cast<int>(std::lround(wrapped.height() / metrics.lineSpacing())));
    }
    return lines <= 2 ? lines : 0;
}

int ComparePlot::headerHeight() const {
    return (1 + hintLines()) * QFontMetrics(smallFont()).height() + 8;
}

QRect ComparePlot::rowRect(std::size_t index) const {
    const QRect pane = table_pane_->rect();
    const int line = QFontMetrics(smallFont()).height();
    const int header = headerHeight();
    const auto count = static_cast<int>(std::max<std::size_t>(1, schemes_.size()));
    const int height = std::clamp((pane.height() - header) / count, line + 6,
                                  wide_ == true ? tallest_row_beside : tallest_row);
    return {pane.left(), pane.top() + header + static_cast<int>(index) * height, pane.width(), height};
}

QRectF ComparePlot::columnRect(std::size_t column, const QRectF& row) const {
    const double names = namesWidth(row.width());
    const double width = (row.width() - names) / static_cast<double>(figures_.size());
    return {row.left() + names + static_cast<double>(column) * width, row.top(), width - 6, row.height()};
}

void ComparePlot::select(std::size_t index) {
    setSelected(index);
    emit schemeSelected(index);
}

bool ComparePlot::mousePressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return false;
    for (std::size_t index = 0; index < rowsShown(); ++index) {
        if (rowRect(index).contains(event->position().toPoint())) select(index);
    }
    return false;
}

bool ComparePlot::mouseMoved(QMouseEvent* event) {
    for (std::size_t index = 0; index < rowsShown(); ++index) {
        if (!rowRect(index).contains(event->position().toPoint())) continue;
        const ComparedScheme& scheme = schemes_[index];
        QStringList lines{scheme.label};
        if (!scheme.measurement.refused.empty()) {
            lines << QString::fromStdString(scheme.measurement.refused);
        } else {
            for (const Figure& figure : figures_)
                lines << tr("%1: %2").arg(figure.name, figure.texts[index]);
            if (const auto error = rel_error(scheme.measurement.sums)) {
                lines << tr("relative error: %1").arg(shareText(*error));
            }
        }
        readOut()->show(event->position(), lines);
        replotOverlay();
        return false;
    }
    mouseLeft();
    return false;
}

bool ComparePlot::keyPressed(QKeyEvent* event) {
    const bool up = event->key() == Qt::Key_Up;
    if ((!up && event->key() != Qt::Key_Down) || schemes_.empty()) return PlotView::keyPressed(event);
    if (!selected_) {
        select(0);
    } else if (up && *selected_ > 0) {
        select(*selected_ - 1);
    } else if (!up && *selected_ + 1 < schemes_.size()) {
        select(*selected_ + 1);
    }
    return true;
}

PlotTable ComparePlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("scheme"),
                     QStringLiteral("bits per weight [bit]"),
                     QStringLiteral("bytes"),
                     QStringLiteral("mse [weight^2]"),
                     QStringLiteral("rel_error"),
                     QStringLiteral("sqnr [dB]"),
                     QStringLiteral("max_abs_error [weight]"),
                     QStringLiteral("cosine"),
                     QStringLiteral("clipped [share]"),
                     QStringLiteral("refused")};
    for (const ComparedScheme& scheme : schemes_) {
        const Measurement& m = scheme.measurement;
        if (!m.refused.empty()) {
            table.rows.push_back(
                {scheme.label, {}, {}, {}, {}, {}, {}, {}, {}, QString::fromStdString(m.refused)});
            continue;
        }
        table.rows.push_back({scheme.label,
                              cell(m.bits_per_weight),
                              cell(m.bytes),
                              cell(mse(m.sums)),
                              cell(rel_error(m.sums)),
                              cell(sqnr_db(m.sums)),
                              cell(m.sums.max_abs_error),
                              cell(cosine(m.sums)),
                              cell(clipped_share(m.sums)),
                              {}});
    }
    return table;
}

}  // namespace halfstep
