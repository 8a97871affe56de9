// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/error_plot.h"

#include "widgets/plots/binned_bars.h"
#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/pane_layout.h"
#include "widgets/plots/tickers.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"

#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr int total_height = 20;  // pixels of the bar of shares
constexpr int least_width_of_both = 700;
constexpr int least_height_of_all = 480;
constexpr int pixels_of_tick = 110;  // the ticker may set nearly twice as many as it is asked for

double meanSquare(const ErrorProfile::ValueBin& bin) {
    return bin.count > 0 ? (bin.rounding_squared + bin.clipping_squared) / static_cast<double>(bin.count) : 0;
}

QCPRange padded(double low, double high, double share) {
    if (!(high > low)) {
        const double margin = low != 0 ? std::abs(low) / 2 : 1;
        return {low - margin, high + margin};
    }
    return {low - share * (high - low), high + share * (high - low)};
}

}  // namespace

ErrorPlot::ErrorPlot(QWidget* parent) : PlotView(parent) {
    buildPanes();
    clear();
}

void ErrorPlot::buildPanes() {
    const auto new_title = [this] {
        auto* text = new QCPTextElement(plot());
        text->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
        text->setMargins(QMargins(4, 2, 2, 2));
        return text;
    };
    distribution_title_ = new_title();
    by_value_title_ = new_title();
    shares_title_ = new_title();
    distribution_ = newAxisRect();
    by_value_ = newAxisRect();
    shares_ = newAxisRect();

    auto* left = new QCPLayoutGrid;
    left->setRowSpacing(2);
    left->addElement(0, 0, distribution_title_);
    left->addElement(1, 0, distribution_);
    left->setRowStretchFactor(0, 0.001);
    auto* right = new QCPLayoutGrid;
    right->setRowSpacing(2);
    auto* total = new PaintedElement(
        plot(), [this](QCPPainter* painter, const QRect& rect) { drawTotal(painter, rect); });
    total->setMinimumSize(40, total_height);
    total->setMaximumSize(QWIDGETSIZE_MAX, total_height);
    right->addElement(0, 0, by_value_title_);
    right->addElement(1, 0, by_value_);
    right->addElement(2, 0, shares_title_);
    right->addElement(3, 0, total);
    right->addElement(4, 0, shares_);
    for (const int row : {0, 2, 3})
        right->setRowStretchFactor(row, 0.001);
    plot()->plotLayout()->addElement(0, 0, left);
    plot()->plotLayout()->addElement(0, 1, right);
    distribution_panes_ = left;
    value_panes_ = right;

    margins_ = new QCPMarginGroup(plot());
    by_value_->setMarginGroup(QCP::msLeft | QCP::msRight, margins_);
    shares_->setMarginGroup(QCP::msLeft | QCP::msRight, margins_);
    total->setMarginGroup(QCP::msLeft | QCP::msRight, margins_);
    ZoomAxes::link(by_value_->axis(QCPAxis::atBottom), shares_->axis(QCPAxis::atBottom));
    for (QCPAxisRect* rect : {distribution_, by_value_, shares_}) {
        rect->axis(QCPAxis::atBottom)->setTicker(QSharedPointer<ValueTicker>::create());
        rect->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<ValueTicker>::create());
        rect->axis(QCPAxis::atLeft)->ticker()->setTickCount(4);
        rect->setMinimumMargins(QMargins(0, 4, 12, 0));
    }
    distribution_->axis(QCPAxis::atLeft)->setScaleType(QCPAxis::stLogarithmic);
    distribution_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<LogCountTicker>::create());
    new PaintedItem(distribution_, QStringLiteral("main"),
                    [this](QCPPainter* painter) { drawDistribution(painter); });
    new PaintedItem(shares_, QStringLiteral("main"), [this](QCPPainter* painter) { drawShares(painter); });
    for (int line = 0; line < 2; ++line) {
        plot()->addGraph(by_value_->axis(QCPAxis::atBottom), by_value_->axis(QCPAxis::atLeft));
    }
    auto* legend = new QCPLegend;
    by_value_->insetLayout()->addElement(legend, Qt::AlignTop | Qt::AlignHCenter);
    legend->setLayer(QStringLiteral("legend"));
    legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    legend_ = legend;
    plot()->graph(0)->addToLegend(legend);
    plot()->graph(1)->addToLegend(legend);
    arrange();
}

// Panes beside each other where there is width for both, or no height for all below each other.
void ErrorPlot::arrange() {
    const bool narrow = plot()->width() < std::max(least_width_of_both, plot()->height());
    const bool stacked = narrow && plot()->height() >= least_height_of_all;
    const int ticks = std::clamp(plot()->width() / (stacked ? 1 : 3) / pixels_of_tick, 2, 6);
    for (QCPAxisRect* rect : {distribution_, by_value_, shares_})
        rect->axis(QCPAxis::atBottom)->ticker()->setTickCount(ticks);
    if (stacked_ == stacked) return;
    stacked_ = stacked;
    QCPLayoutGrid* grid = plot()->plotLayout();
    distribution_->setMarginGroup(QCP::msLeft | QCP::msRight, stacked ? margins_ : nullptr);
    if (stacked) {
        placePanes(grid, {{distribution_panes_, 0, 0}, {value_panes_, 1, 0}});
        grid->setRowStretchFactor(0, 0.52);
    } else {
        placePanes(grid, {{distribution_panes_, 0, 0}, {value_panes_, 0, 1}});
        grid->setColumnStretchFactor(0, 0.72);
    }
    replotSoon();
}

void ErrorPlot::setProfile(const ErrorProfile& profile) {
    profile_ = profile;
    dataChanged();
}

QString ErrorPlot::title() const {
    return tr("Error");
}

QString ErrorPlot::emptySentence() const {
    return tr("Choose a tensor and a scheme to see where its error comes from.");
}

QString ErrorPlot::summary() const {
    const double total = profile_.rounding_squared + profile_.clipping_squared;
    if (!(total > 0)) return tr("The scheme reproduces every weight exactly.");
    if (!tellsClippingApart()) return tr("Rounding and clipping are not told apart for this format.");
    return tr("Rounding makes %1 of the squared error, clipping %2.")
        .arg(shareText(profile_.rounding_squared / total), shareText(profile_.clipping_squared / total));
}

void ErrorPlot::rebuild() {
    stylePlot(plot());
    styleLegend(legend_, theme());
    for (QCPTextElement* text : {distribution_title_, by_value_title_, shares_title_}) {
        text->setFont(smallFont());
        text->setTextColor(theme().text);
    }
    distribution_title_->setText(tr("How large the error is"));
    by_value_title_->setText(tr("Error against the weight's value"));
    shares_title_->setText(tr("What makes it: share of the squared error"));
    rebuildDistribution();
    rebuildByValue();
    rebuildShares();
}

void ErrorPlot::rebuildDistribution() {
    const Histogram& errors = profile_.errors;
    std::uint64_t most = 1;
    for (const std::uint64_t count : errors.counts)
        most = std::max(most, count);
    QCPAxis* counts = distribution_->axis(QCPAxis::atLeft);
    counts->setLabel(tr("weights per bin"));
    counts->setRange(0.7, std::max(10.0, 1.8 * static_cast<double>(most)));
    distribution_->axis(QCPAxis::atBottom)->setLabel(tr("error (quantized − original)"));
    zoom().setFullRange(distribution_->axis(QCPAxis::atBottom), padded(errors.low, errors.high, 0.04));
}

void ErrorPlot::rebuildByValue() {
    QVector<double> values;
    QVector<double> means;
    QVector<double> rms;
    double lowest = 0;
    double highest = 0;
    for (const ErrorProfile::ValueBin& bin : profile_.by_value) {
        if (bin.count == 0) continue;
        values << (bin.low + bin.high) / 2;
        means << bin.mean_error;
        rms << std::sqrt(meanSquare(bin));
        lowest = std::min(lowest, bin.mean_error);
        highest = std::max({highest, bin.mean_error, rms.back()});
    }
    const auto style = [&](int index, const QVector<double>& errors, const QColor& color,
                           const QString& name) {
        QCPGraph* graph = plot()->graph(index);
        graph->setData(values, errors, true);
        graph->setPen(QPen(color, 1.6));
        graph->setName(name);
        graph->setAntialiased(true);
        graph->setScatterStyle(values.size() < 3 ? QCPScatterStyle(QCPScatterStyle::ssDisc, 6)
                                                 : QCPScatterStyle(QCPScatterStyle::ssNone));
    };
    style(0, rms, theme().seriesColor(1), tr("rms"));
    style(1, means, theme().seriesColor(2), tr("mean"));
    QCPAxis* vertical = by_value_->axis(QCPAxis::atLeft);
    vertical->setLabel(tr("error"));
    vertical->grid()->setZeroLinePen(QPen(theme().axis, 1));
    vertical->setRange(highest > lowest ? padded(lowest, highest, 0.12) : QCPRange(-1, 1));
    by_value_->axis(QCPAxis::atBottom)->setTickLabels(false);
    const std::vector<ErrorProfile::ValueBin>& bins = profile_.by_value;
    const QCPRange range = bins.empty() ? QCPRange(-1, 1) : padded(bins.front().low, bins.back().high, 0.02);
    zoom().setFullRange(by_value_->axis(QCPAxis::atBottom), range);
    zoom().setFullRange(shares_->axis(QCPAxis::atBottom), range);
}

void ErrorPlot::rebuildShares() {
    double most = 0;
    const double total = profile_.rounding_squared + profile_.clipping_squared;
    for (const ErrorProfile::ValueBin& bin : profile_.by_value) {
        most = std::max(most, bin.rounding_squared + bin.clipping_squared);
    }
    QCPAxis* vertical = shares_->axis(QCPAxis::atLeft);
    vertical->setLabel(tr("% per bin"));
    vertical->setRange(0, total > 0 ? 108 * most / total : 1);
    shares_->axis(QCPAxis::atBottom)->setLabel(tr("weight's value"));
}

void ErrorPlot::drawDistribution(QCPPainter* painter) const {
    const Histogram& errors = profile_.errors;
    BinnedBars bars{errors.low, errors.high, errors.counts.size(), {}};
    bars.height = [&errors](std::size_t bin) { return static_cast<double>(errors.counts[bin]); };
    QColor color = theme().seriesColor(0);
    color.setAlpha(theme().dark ? 200 : 170);
    drawBars(painter, distribution_, bars, color);
    const double rms = std::sqrt(mse(profile_.sums));
    if (!(rms > 0)) return;
    const QRect area = distribution_->rect();
    painter->setAntialiasing(true);
    painter->setFont(smallFont());
    for (const double sign : {-1.0, 1.0}) {
        const double x = distribution_->axis(QCPAxis::atBottom)->coordToPixel(sign * rms);
        painter->setPen(QPen(theme().seriesColor(1), 1.4, Qt::DashLine));
        painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    const QString text = tr("rms %1").arg(valueText(rms, 3));
    const double x = distribution_->axis(QCPAxis::atBottom)->coordToPixel(rms) + 5;
    const QFontMetricsF metrics(painter->font());
    QRectF box(x, area.top() + 3, metrics.horizontalAdvance(text) + 6, metrics.height());
    if (box.right() > area.right()) box.moveRight(area.right() - 1);
    QColor veil = theme().surface;
    veil.setAlpha(200);
    painter->fillRect(box, veil);
    painter->setPen(theme().text);
    painter->drawText(box, Qt::AlignCenter, text);
}

void ErrorPlot::drawShares(QCPPainter* painter) const {
    const double total = profile_.rounding_squared + profile_.clipping_squared;
    if (profile_.by_value.empty() || !(total > 0)) {
        painter->setFont(smallFont());
        painter->setPen(theme().mutedText);
        painter->drawText(shares_->rect(), Qt::AlignCenter,
                          tr("No error: every weight is reproduced exactly."));
        return;
    }
    const std::vector<ErrorProfile::ValueBin>& bins = profile_.by_value;
    BinnedBars bars{bins.front().low, bins.back().high, bins.size(), {}};
    bars.height = [&](std::size_t bin) {
        return 100 * (bins[bin].rounding_squared + bins[bin].clipping_squared) / total;
    };
    drawBars(painter, shares_, bars, theme().seriesColor(1));  // all of it; what is rounding goes over it
    bars.height = [&](std::size_t bin) { return 100 * bins[bin].rounding_squared / total; };
    drawBars(painter, shares_, bars, theme().seriesColor(0));
}

// The profile of a block format counts the error of clipped weights as rounding.
bool ErrorPlot::tellsClippingApart() const {
    return profile_.clipping_squared > 0 || profile_.sums.clipped == 0;
}

void ErrorPlot::drawTotal(QCPPainter* painter, const QRect& rect) const {
    const double total = profile_.rounding_squared + profile_.clipping_squared;
    if (!(total > 0)) return;
    const double share = profile_.rounding_squared / total;
    painter->setFont(smallFont());
    const QString rounding = tellsClippingApart() ? tr("rounding %1").arg(shareText(share))
                                                  : tr("rounding and clipping, not told apart");
    const QString clipping = tr("clipping %1").arg(shareText(profile_.clipping_squared / total));
    const QFontMetricsF metrics(painter->font());
    // Swatches with words on both sides, the bar between them: words stay readable for any share.
    const auto word = [&](const QString& text, const QColor& color, double x) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(color);
        painter->drawRoundedRect(QRectF(x, rect.center().y() - 5, 10, 10), 2, 2);
        painter->setPen(theme().text);
        painter->drawText(QRectF(x + 14, rect.top(), metrics.horizontalAdvance(text) + 4, rect.height()),
                          Qt::AlignLeft | Qt::AlignVCenter, text);
        return 14 + metrics.horizontalAdvance(text);
    };
    if (!tellsClippingApart()) {
        word(rounding, theme().seriesColor(0), rect.left());
        return;
    }
    if (rect.width() < metrics.horizontalAdvance(rounding + clipping) + 40) {
        word(share < 0.5 ? clipping : rounding, theme().seriesColor(share < 0.5 ? 1 : 0), rect.left());
        return;  // the larger part says it all
    }
    const double left = rect.left() + word(rounding, theme().seriesColor(0), rect.left()) + 12;
    const double clipping_width = 14 + metrics.horizontalAdvance(clipping);
    word(clipping, theme().seriesColor(1), rect.right() - clipping_width);
    const double right = rect.right() - clipping_width - 12;
    if (right - left < 30) return;
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme().seriesColor(1));
    painter->drawRect(QRectF(left, rect.center().y() - 4, right - left, 8));
    painter->setBrush(theme().seriesColor(0));
    painter->drawRect(QRectF(left, rect.center().y() - 4, (right - left) * share, 8));
}

const ErrorProfile::ValueBin* ErrorPlot::binAt(double value) const {
    const std::vector<ErrorProfile::ValueBin>& bins = profile_.by_value;
    const auto after =
        std::upper_bound(bins.begin(), bins.end(), value,
                         [](double x, const ErrorProfile::ValueBin& bin) { return x < bin.low; });
    if (after == bins.begin()) return nullptr;
    const ErrorProfile::ValueBin& bin = *(after - 1);
    return value <= bin.high ? &bin : nullptr;
}

bool ErrorPlot::mouseMoved(QMouseEvent* event) {
    if (event->buttons() != Qt::NoButton) return false;
    const QPoint position = event->position().toPoint();
    const bool over_error = distribution_->rect().contains(position);
    const bool over_value = by_value_->rect().contains(position) || shares_->rect().contains(position);
    QStringList lines;
    QLineF hair(position.x(), by_value_->top(), position.x(), shares_->bottom());
    if (over_error) {
        const Histogram& errors = profile_.errors;
        const double error = distribution_->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
        lines << tr("error %1").arg(valueText(error));
        if (errors.bin_width() > 0 && error >= errors.low && error <= errors.high) {
            const auto bin = static_cast<std::size_t>((error - errors.low) / errors.bin_width());
            lines << tr("%1 weights in the bin")
                         .arg(countText(errors.counts[std::min(bin, errors.counts.size() - 1)]));
        }
        hair = QLineF(position.x(), distribution_->top(), position.x(), distribution_->bottom());
    } else if (over_value) {
        const double value = by_value_->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
        lines << tr("value %1").arg(valueText(value));
        const ErrorProfile::ValueBin* bin = binAt(value);
        if (bin != nullptr) {
            lines << tr("%1 weights").arg(countText(bin->count));
            if (bin->count > 0) {
                lines << tr("mean error %1").arg(valueText(bin->mean_error))
                      << tr("rms error %1").arg(valueText(std::sqrt(meanSquare(*bin))));
            }
            const double total = profile_.rounding_squared + profile_.clipping_squared;
            if (total > 0 && tellsClippingApart()) {
                lines << tr("rounding %1, clipping %2 of all squared error")
                             .arg(shareText(bin->rounding_squared / total),
                                  shareText(bin->clipping_squared / total));
            }
        }
    }
    if (lines.isEmpty()) {
        mouseLeft();
        return false;
    }
    readOut()->show(event->position(), lines, hair);
    replotOverlay();
    return false;
}

PlotTable ErrorPlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("series"),
                     QStringLiteral("low [weight]"),
                     QStringLiteral("high [weight]"),
                     QStringLiteral("count [weights]"),
                     QStringLiteral("mean error [weight]"),
                     QStringLiteral("rms error [weight]"),
                     QStringLiteral("rounding squared [weight^2]"),
                     QStringLiteral("clipping squared [weight^2]")};
    const Histogram& errors = profile_.errors;
    for (std::size_t i = 0; i < errors.counts.size(); ++i) {
        const double low = errors.low + static_cast<double>(i) * errors.bin_width();
        table.rows.push_back({QStringLiteral("error distribution"),
                              cell(low),
                              cell(low + errors.bin_width()),
                              cell(errors.counts[i]),
                              {},
                              {},
                              {},
                              {}});
    }
    for (const ErrorProfile::ValueBin& bin : profile_.by_value) {
        const bool any = bin.count > 0;
        table.rows.push_back({QStringLiteral("by value"), cell(bin.low), cell(bin.high), cell(bin.count),
                              any ? cell(bin.mean_error) : QString(),
                              any ? cell(std::sqrt(meanSquare(bin))) : QString(), cell(bin.rounding_squared),
                              cell(bin.clipping_squared)});
    }
    return table;
}

}  // namespace halfstep
