// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QRectF>
#include <QStringList>

#include <vector>

class QPainter;

namespace halfstep {

struct Theme;

// Shares of the best on a few axes that leave one centre; the outermost ring is 1.
struct RadarChart {
    struct Series {
        QColor color;
        std::vector<double> shares;  // 0..1, one for each axis
        bool emphasized = false;
    };

    QStringList axes;
    std::vector<Series> series;
};

void drawRadar(QPainter* painter, const QRectF& area, const RadarChart& chart, const Theme& theme);

}  // namespace halfstep
