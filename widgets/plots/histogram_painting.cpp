// SPDX-License-Identifier: GPL-3.0-or-later
// How HistogramPlot looks: bars, the spread of the weights above them, levels, clipped ends and handles.
#include "widgets/plots/binned_bars.h"
#include "widgets/plots/histogram_plot.h"
#include "widgets/plots/number_text.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double least_spacing = 3;   // pixels: levels closer than this become a density ramp
constexpr double roomy_spacing = 16;  // pixels: levels this far apart are drawn at full strength
constexpr int ramp_height = 9;
constexpr double handle_half_width = 6;

QColor withAlpha(QColor color, int alpha) {
    color.setAlpha(alpha);
    return color;
}

// Draws text centred at x, moved inwards where it would leave [left, right]; returns what it covered.
QRectF drawTextWithin(QPainter* painter, const QString& text, double x, double top, double left,
                      double right) {
    const QFontMetricsF metrics(painter->font());
    QRectF box(0, top, metrics.horizontalAdvance(text), metrics.height());
    box.moveLeft(std::clamp(x - box.width() / 2, left, std::max(left, right - box.width())));
    painter->drawText(box.adjusted(-1, 0, 1, 0), Qt::AlignCenter, text);
    return box;
}

}  // namespace

void HistogramPlot::drawBars(QCPPainter* painter) const {
    BinnedBars bars{histogram_.low, histogram_.high, histogram_.counts.size(), {}};
    bars.height = [this](std::size_t bin) { return static_cast<double>(histogram_.counts[bin]); };
    halfstep::drawBars(painter, rect_, bars, withAlpha(theme().seriesColor(0), theme().dark ? 200 : 170));
}

void HistogramPlot::drawMarks(QCPPainter* painter) const {
    if (statistics_.count == 0) return;
    const QCPAxis* values = rect_->axis(QCPAxis::atBottom);
    const QRect area = rect_->rect();
    painter->setFont(smallFont());
    const double text_height = QFontMetricsF(painter->font()).height();
    const double y = area.top() - 24;
    const double text_top = y - 6 - text_height;
    const auto pixel = [&](double value) {
        return std::clamp(values->coordToPixel(value), area.left() - 1.0, area.right() + 1.0);
    };
    const auto visible = [&](double value) { return values->range().contains(value); };
    painter->setPen(QPen(theme().axis, 1));
    painter->drawLine(QPointF(pixel(statistics_.min), y), QPointF(pixel(statistics_.max), y));
    for (const double end : {statistics_.min, statistics_.max}) {
        if (visible(end)) painter->drawLine(QPointF(pixel(end), y - 4), QPointF(pixel(end), y + 4));
    }
    painter->setPen(QPen(theme().mutedText, 4, Qt::SolidLine, Qt::FlatCap));
    painter->drawLine(QPointF(pixel(statistics_.mean - statistics_.std), y),
                      QPointF(pixel(statistics_.mean + statistics_.std), y));

    painter->setPen(theme().mutedText);
    const double left = area.left();
    const double right = area.right();
    const QFontMetricsF metrics(painter->font());
    const QString min_text = tr("min %1").arg(valueText(statistics_.min, 3));
    const QString max_text = tr("max %1").arg(valueText(statistics_.max, 3));
    QRectF min_box(left, text_top, 0, 0);
    QRectF max_box(right, text_top, 0, 0);
    if (visible(statistics_.min))
        min_box = drawTextWithin(painter, min_text, pixel(statistics_.min), text_top, left, right);
    const bool room_for_max =
        pixel(statistics_.max) - metrics.horizontalAdvance(max_text) > min_box.right() + 8;
    if (visible(statistics_.max) && room_for_max) {
        max_box = drawTextWithin(painter, max_text, pixel(statistics_.max), text_top, left, right);
    }
    const QString middle =
        tr("mean %1 ± σ %2").arg(valueText(statistics_.mean, 2), valueText(statistics_.std, 3));
    const bool room = max_box.left() - min_box.right() > metrics.horizontalAdvance(middle) + 24;
    if (room && visible(statistics_.mean)) {
        drawTextWithin(painter, middle, pixel(statistics_.mean), text_top, min_box.right() + 12,
                       max_box.left() - 12);
    }
}

void HistogramPlot::drawLevels(QCPPainter* painter) const {
    if (!overlay_ || overlay_->levels.empty()) return;
    const QCPAxis* values = rect_->axis(QCPAxis::atBottom);
    const QRect area = rect_->rect();
    const std::vector<float>& levels = overlay_->levels;
    const auto first =
        std::lower_bound(levels.begin(), levels.end(), static_cast<float>(values->range().lower));
    const auto last = std::upper_bound(first, levels.end(), static_cast<float>(values->range().upper));
    const QColor color = theme().seriesColor(1);
    std::vector<int> density(static_cast<std::size_t>(area.width()) + 1, 0);
    painter->setAntialiasing(true);
    for (auto level = first; level != last; ++level) {
        const double x = values->coordToPixel(*level);
        double spacing = roomy_spacing;
        if (level != levels.begin()) spacing = std::min(spacing, x - values->coordToPixel(*(level - 1)));
        if (level + 1 != levels.end()) spacing = std::min(spacing, values->coordToPixel(*(level + 1)) - x);
        if (spacing < least_spacing) {
            const auto column = std::clamp(static_cast<int>(x) - area.left(), 0, area.width());
            ++density[static_cast<std::size_t>(column)];
            continue;
        }
        const double strength = (spacing - least_spacing) / (roomy_spacing - least_spacing);
        painter->setPen(QPen(withAlpha(color, 50 + static_cast<int>(120 * strength)), 1));
        painter->drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() - ramp_height));
        painter->setPen(QPen(color, strength > 0.5 ? 2 : 1.2));
        painter->drawLine(QPointF(x, area.bottom() - ramp_height), QPointF(x, area.bottom()));
    }
    painter->setAntialiasing(false);
    painter->setPen(Qt::NoPen);
    for (std::size_t column = 0; column < density.size(); ++column) {
        if (density[column] == 0) continue;
        painter->setBrush(withAlpha(color, std::min(255, 110 + 60 * density[column])));
        painter->drawRect(QRectF(area.left() + static_cast<double>(column), area.bottom() - ramp_height, 1,
                                 ramp_height + 1));
    }
}

void HistogramPlot::drawClipped(QCPPainter* painter) const {
    if (!overlay_ || !(overlay_->clip_high > overlay_->clip_low)) return;
    const QCPAxis* values = rect_->axis(QCPAxis::atBottom);
    const QRectF area = rect_->rect();
    const double low = std::clamp(values->coordToPixel(overlay_->clip_low), area.left(), area.right());
    const double high = std::clamp(values->coordToPixel(overlay_->clip_high), area.left(), area.right());
    painter->setAntialiasing(false);
    painter->setPen(Qt::NoPen);
    for (const QRectF& side : {QRectF(area.topLeft(), QPointF(low, area.bottom())),
                               QRectF(QPointF(high, area.top()), area.bottomRight())}) {
        if (side.width() < 1) continue;
        painter->setBrush(withAlpha(theme().bad, theme().dark ? 34 : 24));
        painter->drawRect(side);
        painter->setBrush(QBrush(withAlpha(theme().bad, theme().dark ? 55 : 60), Qt::BDiagPattern));
        painter->drawRect(side);
    }
    if (!overlay_->clipped_share || *overlay_->clipped_share <= 0) return;
    painter->setFont(smallFont());
    const QString text = tr("%1 clipped").arg(shareText(*overlay_->clipped_share));
    const QFontMetricsF metrics(painter->font());
    const double width = metrics.horizontalAdvance(text) + 10;
    QRectF box(0, area.top() + 6, width, metrics.height() + 4);
    const bool right_is_wider = area.right() - high >= low - area.left();
    if (std::max(area.right() - high, low - area.left()) < width + 12) {
        box.moveRight(high - 6);  // within the limits: there is no room beyond
    } else {
        box.moveLeft(right_is_wider ? high + 8 : low - 8 - width);
    }
    painter->setBrush(withAlpha(theme().surface, 215));
    painter->drawRoundedRect(box, 3, 3);
    painter->setPen(theme().bad);
    painter->drawText(box, Qt::AlignCenter, text);
}

void HistogramPlot::drawHandles(QCPPainter* painter) const {
    if (!overlay_ || !(overlay_->clip_high > overlay_->clip_low)) return;
    const QRectF area = rect_->rect();
    const QPointF low = handlePosition(Handle::low);
    const QPointF high = handlePosition(Handle::high);
    const double rail = low.y();
    const QColor color = overlay_->clip_draggable ? theme().accent : theme().mutedText;
    painter->setPen(QPen(withAlpha(color, 110), 4, Qt::SolidLine, Qt::RoundCap));
    painter->drawLine(low, high);
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    for (const Handle handle : {Handle::low, Handle::high}) {
        const QPointF grip = handlePosition(handle);
        const bool inside = rect_->axis(QCPAxis::atBottom)->range().contains(coordinateOf(handle));
        const bool lively = handle == hot_ || (drag_ && drag_->handle == handle);
        if (inside) {
            painter->setPen(QPen(color, lively ? 2.5 : 1.5));
            painter->drawLine(QPointF(grip.x(), area.top()), QPointF(grip.x(), area.bottom()));
        }
        if (!overlay_->clip_draggable) continue;
        const bool focused = plot()->hasFocus() && handle == active_;
        const double half = handle_half_width + (lively ? 1 : 0);
        QPainterPath shape;
        shape.addPolygon(QPolygonF({{grip.x() - half, rail - 8},
                                    {grip.x() + half, rail - 8},
                                    {grip.x() + half, rail + 2},
                                    {grip.x(), rail + 9},
                                    {grip.x() - half, rail + 2}}));
        shape.closeSubpath();
        painter->setPen(QPen(focused ? theme().text : theme().surface, focused ? 2 : 1));
        painter->setBrush(inside ? color : theme().surface);
        painter->drawPath(shape);

        const QString text = valueText(coordinateOf(handle), 4);
        const double width = metrics.horizontalAdvance(text);
        const double gap = half + 4;
        const bool outside = handle == Handle::low ? grip.x() - gap - width > plot()->viewport().left() + 2
                                                   : grip.x() + gap + width < plot()->viewport().right() - 2;
        const bool to_left = (handle == Handle::low) == outside;
        QRectF box(to_left ? grip.x() - gap - width : grip.x() + gap, rail - 9, width, 16);
        if (!outside) painter->fillRect(box.adjusted(-3, 0, 3, 0), theme().surface);  // over the rail
        painter->setPen(color);
        painter->drawText(box.adjusted(-1, 0, 1, 0), Qt::AlignCenter, text);
    }
    if (!isDraggable(Handle::zero_point)) return;
    const bool lively = hot_ == Handle::zero_point || (drag_ && drag_->handle == Handle::zero_point);
    const bool focused = plot()->hasFocus() && active_ == Handle::zero_point;
    const QString text = tr("z %1").arg(overlay_->zero_point->value);
    QRectF pill(0, 0, metrics.horizontalAdvance(text) + 16, 17);
    pill.moveCenter(handlePosition(Handle::zero_point));
    painter->setPen(QPen(focused ? theme().text : theme().surface, focused ? 2 : 1));
    painter->setBrush(lively ? theme().accent.lighter(112) : theme().accent);
    painter->drawRoundedRect(pill, 8, 8);
    painter->setPen(theme().accentText);
    painter->drawText(pill, Qt::AlignCenter, text);
}

}  // namespace halfstep
