// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <qcustomplot.h>

#include <cstddef>
#include <vector>

namespace halfstep {

// Values over a regular grid of cells, as colours.
struct HeatMap {
    std::size_t columns = 0;
    std::size_t rows = 0;
    std::vector<double> values;  // row-major; NaN: no value, nothing is drawn; infinite: the end of the scale
    QRectF extent;               // of all cells, in coordinates of the axes
    QCPRange range;              // of the colours
    bool logarithmic = false;
    bool reversed = false;  // the strong colours are those of small values

    double at(std::size_t column, std::size_t row) const { return values[row * columns + column]; }
    double shade(double value) const;  // 0..1 on the colour map
};

// Range of the finite (logarithmic: positive) values; where there are none, or one, a range around it.
QCPRange colorRange(const HeatMap& map);

// Whether a few large values would leave the rest of a linear scale in one colour.
bool wantsLogScale(const std::vector<double>& values);

void drawHeatMap(QCPPainter* painter, const QCPAxisRect* rect, const HeatMap& map, bool dark);

// Cell in pixels, edges on whole pixels.
QRectF cellRect(const QCPAxisRect* rect, const HeatMap& map, std::size_t column, std::size_t row);

void updateColorScale(QCPColorScale* scale, const HeatMap& map, bool dark);

}  // namespace halfstep
