// SPDX-License-Identifier: GPL-3.0-or-later
// What ChannelPlot paints into its panes.
#include "widgets/plots/channel_plot.h"
#include "widgets/style/plot_style.h"
#include "widgets/style/theme.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double wide_bar = 3;  // pixels: channels this wide are drawn one by one

// What the channels that share a pixel column have in common.
struct Column {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double rms = 0;
    std::uint64_t outliers = 0;
};

// The visible channels, in order, one entry for each pixel column or, where they are wider, each channel.
struct Columns {
    std::vector<Column> columns;
    std::vector<double> left;
    std::vector<double> right;
};

Columns columnsOf(const QCPAxisRect* rect, const ChannelProfile& profile,
                  const std::vector<std::size_t>& order) {
    const QCPAxis* axis = rect->axis(QCPAxis::atBottom);
    const double count = static_cast<double>(order.size());
    const auto first =
        static_cast<std::size_t>(std::clamp(std::floor(axis->range().lower + 0.5), 0.0, count));
    const auto last = static_cast<std::size_t>(std::clamp(std::ceil(axis->range().upper + 0.5), 0.0, count));
    const double gap = axis->coordToPixel(1) - axis->coordToPixel(0) >= wide_bar ? 1 : 0;
    Columns result;
    for (std::size_t position = first; position < last; ++position) {
        const double left = std::round(axis->coordToPixel(static_cast<double>(position) - 0.5));
        const double right = std::round(axis->coordToPixel(static_cast<double>(position) + 0.5));
        if (result.left.empty() || left >= result.left.back() + 1) {
            result.columns.emplace_back();
            result.left.push_back(left);
            result.right.push_back(0);
        }
        const ChannelProfile::Channel& channel = profile.channels[order[position]];
        Column& column = result.columns.back();
        column.low = std::min(column.low, static_cast<double>(channel.min));
        column.high = std::max(column.high, static_cast<double>(channel.max));
        column.rms = std::max(column.rms, channel.rms);
        column.outliers = std::max(column.outliers, channel.outliers);
        result.right.back() = std::max(right - gap, result.left.back() + 1);
    }
    return result;
}

}  // namespace

void ChannelPlot::drawRanges(QCPPainter* painter) const {
    const Columns shown = columnsOf(ranges_, profile_, order_);
    const QCPAxis* values = ranges_->axis(QCPAxis::atLeft);
    painter->setAntialiasing(false);
    painter->setPen(Qt::NoPen);
    QColor band = theme().seriesColor(0);
    band.setAlpha(theme().dark ? 190 : 150);
    for (std::size_t i = 0; i < shown.columns.size(); ++i) {
        const Column& column = shown.columns[i];
        const double top = values->coordToPixel(column.high);
        const double bottom = values->coordToPixel(column.low);
        const double width = shown.right[i] - shown.left[i];
        painter->fillRect(QRectF(shown.left[i], top, width, std::max(1.0, bottom - top)), band);
    }
    QPainterPath upper;
    QPainterPath lower;
    for (std::size_t i = 0; i < shown.columns.size(); ++i) {
        for (const double x : {shown.left[i], shown.right[i]}) {
            const QPointF above(x, values->coordToPixel(shown.columns[i].rms));
            const QPointF below(x, values->coordToPixel(-shown.columns[i].rms));
            if (upper.elementCount() == 0) {
                upper.moveTo(above);
                lower.moveTo(below);
            } else {
                upper.lineTo(above);
                lower.lineTo(below);
            }
        }
    }
    painter->setAntialiasing(true);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(theme().seriesColor(1), 1.4));
    painter->drawPath(upper);
    painter->drawPath(lower);
}

void ChannelPlot::drawOutliers(QCPPainter* painter) const {
    if (outlier_count_ == 0) {
        painter->setFont(smallFont());
        painter->setPen(theme().mutedText);
        painter->drawText(outliers_->rect(), Qt::AlignCenter | Qt::TextWordWrap,
                          tr("no weight beyond six standard deviations"));
        return;
    }
    const Columns shown = columnsOf(outliers_, profile_, order_);
    const QCPAxis* counts = outliers_->axis(QCPAxis::atLeft);
    painter->setAntialiasing(false);
    for (std::size_t i = 0; i < shown.columns.size(); ++i) {
        if (shown.columns[i].outliers == 0) continue;
        const double top = counts->coordToPixel(static_cast<double>(shown.columns[i].outliers));
        const double base = outliers_->bottom() + 1;
        const double width = std::max(2.0, shown.right[i] - shown.left[i]);
        painter->fillRect(QRectF(shown.left[i], top, width, base - top), theme().seriesColor(3));
    }
}

// The inputs that share a pixel row are drawn as the one that matters most.
void ChannelPlot::drawImportance(QCPPainter* painter) const {
    if (importance_.empty()) return;
    const QCPAxis* inputs = importance_rect_->axis(QCPAxis::atLeft);
    const QCPAxis* values = importance_rect_->axis(QCPAxis::atBottom);
    painter->setAntialiasing(false);
    const double left = importance_rect_->left();
    for (std::size_t input = 0; input < importance_.size();) {
        const double bottom = std::round(inputs->coordToPixel(static_cast<double>(input)));
        double greatest = 0;
        double top = bottom;
        while (input < importance_.size() && top > bottom - 1) {
            greatest = std::max(greatest, importance_[input++]);
            top = std::round(inputs->coordToPixel(static_cast<double>(input)));
        }
        const double gap = bottom - top >= wide_bar ? 1 : 0;
        if (greatest <= 0) continue;
        const double right = std::max(values->coordToPixel(greatest), left + 1);
        painter->fillRect(QRectF(left, top + gap, right - left, std::max(1.0, bottom - top - gap)),
                          theme().seriesColor(2));
    }
}

void ChannelPlot::drawSelection(QCPPainter* painter, const QCPAxisRect* rect) const {
    if (!selected_ || *selected_ >= position_.size()) return;
    if (rect == map_rect_ && sort_ == Order::range && !mapFollowsOrder()) return;
    const QCPAxis* axis = rect->axis(QCPAxis::atBottom);
    const auto position = static_cast<double>(position_[*selected_]);
    const double left = axis->coordToPixel(position - 0.5);
    const double right = std::max(axis->coordToPixel(position + 0.5), left + 2);
    painter->setAntialiasing(true);
    painter->setPen(QPen(theme().text, 1));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(QRectF(left, rect->top() + 0.5, right - left, rect->height() - 1));
}

void ChannelPlot::drawLegend(QCPPainter* painter, const QRect& rect) const {
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    QColor band = theme().seriesColor(0);
    band.setAlpha(theme().dark ? 190 : 150);
    double y = rect.top() + 6;
    const auto entry = [&](const QString& text, const QColor& color, double height) {
        painter->fillRect(QRectF(rect.left() + 2, y + metrics.height() / 2 - height / 2, 14, height), color);
        painter->setPen(theme().mutedText);
        painter->drawText(QRectF(rect.left() + 21, y, rect.width() - 21, metrics.height()),
                          Qt::AlignLeft | Qt::AlignVCenter, text);
        y += metrics.height() + 4;
    };
    entry(tr("min to max"), band, 9);
    entry(tr("± rms"), theme().seriesColor(1), 2);
    entry(tr("> 6 σ"), theme().seriesColor(3), 9);
}

}  // namespace halfstep
