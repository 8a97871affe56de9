// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heat_map.h"

#include "widgets/plots/tickers.h"
#include "widgets/style/color_maps.h"
#include "widgets/style/plot_style.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr std::size_t most_rectangles = 6000;  // more cells than this are drawn as one image
constexpr double log_from = 30;                // largest : median

QRgb colorOf(const HeatMap& map, double value, bool dark) {
    return std::isnan(value) ? qRgba(0, 0, 0, 0) : sequentialColor(map.shade(value), dark).rgba();
}

QImage imageOf(const HeatMap& map, bool dark) {
    constexpr int shades = 256;
    std::vector<QRgb> table(shades);
    for (int i = 0; i < shades; ++i) {
        table[static_cast<std::size_t>(i)] = sequentialColor(i / (shades - 1.0), dark).rgba();
    }
    QImage image(static_cast<int>(map.columns), static_cast<int>(map.rows), QImage::Format_ARGB32);
    for (std::size_t row = 0; row < map.rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
        for (std::size_t column = 0; column < map.columns; ++column) {
            const double value = map.at(column, row);
            const auto shade = static_cast<std::size_t>(std::lround(map.shade(value) * (shades - 1)));
            line[column] = std::isnan(value) ? qRgba(0, 0, 0, 0) : table[shade];
        }
    }
    return image;
}

}  // namespace

double HeatMap::shade(double value) const {
    double t = 0;
    if (logarithmic) {
        t = value > 0 ? std::log(value / range.lower) / std::log(range.upper / range.lower) : 0;
    } else {
        t = (value - range.lower) / range.size();
    }
    t = std::isnan(t) ? 0 : std::clamp(t, 0.0, 1.0);
    return reversed ? 1 - t : t;
}

QCPRange colorRange(const HeatMap& map) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : map.values) {
        if (!std::isfinite(value) || (map.logarithmic && value <= 0)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (!(low <= high)) return {map.logarithmic ? 0.1 : 0.0, 1};
    if (map.logarithmic) return {std::max(low, high * 1e-4) * (low < high ? 1 : 0.5), high};
    if (low == high) return {std::min(0.0, low), high > 0 ? high : low + 1};
    return {low, high};
}

bool wantsLogScale(const std::vector<double>& values) {
    std::vector<double> positive;
    std::copy_if(values.begin(), values.end(), std::back_inserter(positive),
                 [](double value) { return std::isfinite(value) && value > 0; });
    if (positive.size() < 2) return false;
    const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
    std::nth_element(positive.begin(), middle, positive.end());
    return *std::max_element(positive.begin(), positive.end()) > log_from * *middle;
}

QRectF cellRect(const QCPAxisRect* rect, const HeatMap& map, std::size_t column, std::size_t row) {
    const auto edge = [](const QCPAxis* axis, double from, double length, std::size_t index,
                         std::size_t count) {
        const double share = static_cast<double>(index) / static_cast<double>(count);
        return std::round(axis->coordToPixel(from + length * share));
    };
    const QCPAxis* x = rect->axis(QCPAxis::atBottom);
    const QCPAxis* y = rect->axis(QCPAxis::atLeft);
    const QPointF first(edge(x, map.extent.left(), map.extent.width(), column, map.columns),
                        edge(y, map.extent.top(), map.extent.height(), row, map.rows));
    const QPointF second(edge(x, map.extent.left(), map.extent.width(), column + 1, map.columns),
                         edge(y, map.extent.top(), map.extent.height(), row + 1, map.rows));
    return QRectF(first, second).normalized();
}

void drawHeatMap(QCPPainter* painter, const QCPAxisRect* rect, const HeatMap& map, bool dark) {
    if (map.values.empty()) return;
    painter->setAntialiasing(false);
    if (map.values.size() > most_rectangles) {
        const QRectF whole =
            cellRect(rect, map, 0, 0).united(cellRect(rect, map, map.columns - 1, map.rows - 1));
        const bool upwards = cellRect(rect, map, 0, 0).top() > cellRect(rect, map, 0, map.rows - 1).top();
        const QImage image = imageOf(map, dark);
        painter->drawImage(whole, upwards ? image.mirrored(false, true) : image);
        return;
    }
    painter->setPen(Qt::NoPen);
    for (std::size_t row = 0; row < map.rows; ++row) {
        for (std::size_t column = 0; column < map.columns; ++column) {
            const double value = map.at(column, row);
            if (std::isnan(value)) continue;
            const QRectF cell = cellRect(rect, map, column, row);
            if (cell.intersects(rect->rect()))
                painter->fillRect(cell, QColor::fromRgba(colorOf(map, value, dark)));
        }
    }
}

void updateColorScale(QCPColorScale* scale, const HeatMap& map, bool dark) {
    const Theme& theme = dark ? darkTheme() : lightTheme();
    QCPColorGradient gradient = sequentialGradient(theme);
    scale->setGradient(map.reversed ? gradient.inverted() : gradient);
    scale->setDataScaleType(map.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (map.logarithmic) {
        scale->axis()->setTicker(QSharedPointer<LogValueTicker>::create());
    } else {
        scale->axis()->setTicker(QSharedPointer<ValueTicker>::create());
        scale->axis()->ticker()->setTickCount(4);
    }
    scale->setDataRange(map.range);
    scale->setBarWidth(10);
    scale->setRangeDrag(false);
    scale->setRangeZoom(false);
    styleColorScale(scale, theme);
}

}  // namespace halfstep
