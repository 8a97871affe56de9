// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/radar_chart.h"

#include "widgets/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace halfstep {
namespace {

constexpr int rings = 4;
constexpr double label_distance = 8;  // pixels

QPointF direction(qsizetype axis, qsizetype axes) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(axis) / static_cast<double>(axes);
    return {std::sin(angle), -std::cos(angle)};
}

QRectF labelBox(const QFontMetricsF& metrics, const QString& text, const QPointF& at,
                const QPointF& towards) {
    const QSizeF size = metrics.size(0, text);
    // The box touches `at` with the side or corner that faces the centre.
    return QRectF(QPointF(at.x() + (towards.x() - 1) / 2 * size.width(),
                          at.y() + (towards.y() - 1) / 2 * size.height()),
                  size);
}

double radiusWithin(const QRectF& area, const QStringList& axes, const QFontMetricsF& metrics) {
    double radius = std::min(area.width(), area.height()) / 2;
    for (qsizetype i = 0; i < axes.size(); ++i) {
        const QPointF towards = direction(i, axes.size());
        const QSizeF label = metrics.size(0, axes.at(i));
        const double across = std::abs(towards.x());
        const double along = std::abs(towards.y());
        const double label_across = label.width() * (across + 1) / 2;
        const double label_along = label.height() * (along + 1) / 2;
        if (across > 0.1)
            radius = std::min(radius, (area.width() / 2 - label_across) / across - label_distance);
        if (along > 0.1)
            radius = std::min(radius, (area.height() / 2 - label_along) / along - label_distance);
    }
    return std::max(10.0, radius);
}

}  // namespace

void drawRadar(QPainter* painter, const QRectF& area, const RadarChart& chart, const Theme& theme) {
    const qsizetype axes = chart.axes.size();
    if (axes < 3) return;
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    const double radius = radiusWithin(area, chart.axes, metrics);
    const QPointF centre = area.center();
    painter->setBrush(Qt::NoBrush);
    for (int ring = 1; ring <= rings; ++ring) {
        QPolygonF outline;
        for (qsizetype i = 0; i < axes; ++i)
            outline << centre + direction(i, axes) * (radius * ring / rings);
        painter->setPen(QPen(ring == rings ? theme.axis : theme.grid, 1));
        painter->drawPolygon(outline);
    }
    for (qsizetype i = 0; i < axes; ++i) {
        const QPointF towards = direction(i, axes);
        painter->setPen(QPen(theme.grid, 1));
        painter->drawLine(centre, centre + towards * radius);
        painter->setPen(theme.mutedText);
        const QRectF box =
            labelBox(metrics, chart.axes.at(i), centre + towards * (radius + label_distance), towards);
        painter->drawText(box.adjusted(-2, 0, 2, 0), Qt::AlignCenter, chart.axes.at(i));
    }
    const bool any_emphasized = std::any_of(chart.series.begin(), chart.series.end(),
                                            [](const auto& series) { return series.emphasized; });
    for (const bool emphasized : {false, true}) {
        for (const RadarChart::Series& series : chart.series) {
            if (series.emphasized != emphasized) continue;
            QPolygonF outline;
            for (qsizetype i = 0; i < axes; ++i) {
                outline << centre +
                               direction(i, axes) * (radius * series.shares[static_cast<std::size_t>(i)]);
            }
            QColor line = series.color;
            QColor fill = series.color;
            fill.setAlpha(emphasized ? 60 : 22);
            if (any_emphasized && !emphasized) line.setAlpha(110);
            painter->setPen(QPen(line, emphasized ? 2.8 : 1.8));
            painter->setBrush(fill);
            painter->drawPolygon(outline);
            painter->setBrush(line);
            painter->setPen(Qt::NoPen);
            for (const QPointF& corner : outline)
                painter->drawEllipse(corner, 2.6, 2.6);
        }
    }
}

}  // namespace halfstep
