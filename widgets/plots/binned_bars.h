// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

#include <cstddef>
#include <functional>

namespace halfstep {

// Equal bins over [low, high] as bars from the bottom of the axis rect; with low = high one bar for all.
struct BinnedBars {
    double low = 0;
    double high = 0;
    std::size_t bins = 0;
    std::function<double(std::size_t)> height;  // in coordinates of the left axis; nothing is drawn for 0
};

// Bins that share a pixel column show the highest of them, so that no peak is lost at any size or zoom.
void drawBars(QCPPainter* painter, const QCPAxisRect* rect, const BinnedBars& bars, const QColor& color);

}  // namespace halfstep
