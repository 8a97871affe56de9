// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/color_maps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace halfstep {
namespace {

using Rgb = std::array<double, 3>;

Rgb linear_rgb(double lightness, double chroma, double hue) {
    const double angle = hue * std::numbers::pi / 180;
    const double a = chroma * std::cos(angle);
    const double b = chroma * std::sin(angle);
    const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool in_gamut(const Rgb& rgb) {
    return std::all_of(rgb.begin(), rgb.end(), [](double c) { return c >= -1e-4 && c <= 1 + 1e-4; });
}

float encode(double linear) {
    const double c = std::clamp(linear, 0.0, 1.0);
    return static_cast<float>(c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055);
}

double decode(double encoded) {
    return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * decode(color.redF()) + 0.7152 * decode(color.greenF()) + 0.0722 * decode(color.blueF());
}

}  // namespace

QColor oklch(double lightness, double chroma, double hue) {
    double low = 0;
    double high = chroma;
    if (!in_gamut(linear_rgb(lightness, high, hue))) {
        for (int step = 0; step < 16; ++step) {
            const double middle = (low + high) / 2;
            (in_gamut(linear_rgb(lightness, middle, hue)) ? low : high) = middle;
        }
    } else {
        low = high;
    }
    const Rgb rgb = linear_rgb(lightness, low, hue);
    return QColor::fromRgbF(encode(rgb[0]), encode(rgb[1]), encode(rgb[2]));
}

namespace {

QColor sequential_at(double t, bool dark) {
    if (dark) return oklch(0.27 + 0.66 * t, 0.04 + 0.36 * t * (1.15 - t), 285 - 190 * t);
    return oklch(0.97 - 0.67 * t, 0.03 + 0.40 * t * (1.2 - t), 195 + 95 * t);
}

// Fitting a colour into sRGB takes microseconds, and a map has thousands of cells that follow the mouse.
constexpr int sequential_steps = 1024;  // finer than what a byte a channel tells apart

std::vector<QColor> sequential_table(bool dark) {
    std::vector<QColor> table;
    for (int step = 0; step <= sequential_steps; ++step)
        table.push_back(sequential_at(static_cast<double>(step) / sequential_steps, dark));
    return table;
}

}  // namespace

QColor sequentialColor(double t, bool dark) {
    static const std::vector<QColor> light_table = sequential_table(false);
    static const std::vector<QColor> dark_table = sequential_table(true);
    t = std::clamp(std::isfinite(t) ? t : 0.0, 0.0, 1.0);
    return (dark ? dark_table : light_table)[static_cast<std::size_t>(std::lround(t * sequential_steps))];
}

QColor divergingColor(double t, bool dark) {
    t = std::clamp(std::isfinite(t) ? t : 0.5, 0.0, 1.0);
    const double distance = 2 * std::abs(t - 0.5);
    const double lightness = dark ? 0.30 + 0.50 * distance : 0.96 - 0.50 * distance;
    return oklch(lightness, 0.17 * distance, t < 0.5 ? 255 : 50);
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor readableOn(const QColor& background) {
    const QColor black(0x12, 0x16, 0x1c);
    return contrastRatio(background, black) > contrastRatio(background, Qt::white) ? black
                                                                                   : QColor(Qt::white);
}

}  // namespace halfstep
