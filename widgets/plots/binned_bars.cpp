// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/binned_bars.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double gap_from = 5;  // pixels: bars at least this wide are set apart

}  // namespace

void drawBars(QCPPainter* painter, const QCPAxisRect* rect, const BinnedBars& bars, const QColor& color) {
    if (bars.bins == 0) return;
    const QCPAxis* horizontal = rect->axis(QCPAxis::atBottom);
    const QCPAxis* vertical = rect->axis(QCPAxis::atLeft);
    const QRect area = rect->rect();
    const double base = area.bottom() + 1;
    painter->setAntialiasing(false);
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    const auto draw = [&](double left, double right, double height) {
        if (!(height > 0)) return;
        const double top = std::min(vertical->coordToPixel(height), base - 1);
        painter->drawRect(QRectF(QPointF(left, std::max(top, area.top() - 2.0)), QPointF(right, base)));
    };
    if (!(bars.high > bars.low)) {
        double total = 0;
        for (std::size_t i = 0; i < bars.bins; ++i)
            total += bars.height(i);
        const double x = horizontal->coordToPixel(bars.low);
        draw(x - 4, x + 4, total);
        return;
    }
    const double width = (bars.high - bars.low) / static_cast<double>(bars.bins);
    const auto edge = [&](std::size_t bin) {
        return std::round(horizontal->coordToPixel(bars.low + static_cast<double>(bin) * width));
    };
    const QCPRange shown = horizontal->range();
    const auto first = static_cast<std::size_t>(
        std::clamp(std::floor((shown.lower - bars.low) / width), 0.0, static_cast<double>(bars.bins)));
    const double gap = edge(1) - edge(0) >= gap_from ? 1 : 0;
    std::size_t bin = first;
    while (bin < bars.bins) {
        const double left = edge(bin);
        if (left > area.right()) break;
        double most = bars.height(bin);
        std::size_t next = bin + 1;
        while (next < bars.bins && edge(next) < left + 1)
            most = std::max(most, bars.height(next++));
        draw(left, std::max(edge(next) - gap, left + 1), most);
        bin = next;
    }
}

}  // namespace halfstep
