// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace halfstep {

// A colour by OKLCH lightness (0..1), chroma and hue (degrees); the chroma is lowered until the colour fits
// into sRGB. Björn Ottosson, "A perceptual color space for image processing", 2020.
QColor oklch(double lightness, double chroma, double hue);

// Perceptually even colour maps: equal steps of t in [0, 1] are equal steps of lightness. The sequential map
// starts near the background (pale on light, deep on dark), so that "little" recedes in both modes.
QColor sequentialColor(double t, bool dark);

// 0.5 is the neutral middle; blue below, orange above: told apart with every common colour blindness.
QColor divergingColor(double t, bool dark);

// WCAG 2 contrast ratio, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

// Black or white, whichever reads better on the colour.
QColor readableOn(const QColor& background);

}  // namespace halfstep
