// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/float_bits_scene.h"

#include "app/lessons/stage_scenes.h"
#include "widgets/style/number_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr double least_spread = 1e-4;  // of the window for its size: below, distances are shown
constexpr double shown_low = 1e-46;    // of the log axis
constexpr double shown_high = 1e40;
constexpr double digits_at = 1e27;  // right of the short ranges
constexpr double far_step = 0.6;    // of a magnitude, for an arrow key

std::int64_t last(FloatFormat format) {
    return largest_finite(format);
}

// A little more than half-way to the nearer neighbour's far side: rounding then goes one number on.
double keyStep(FloatFormat format, std::int64_t ordinal) {
    const double here = valueAt(format, ordinal);
    const double up = std::abs(valueAt(format, ordinal + 1) - here);
    const double down = std::abs(here - valueAt(format, ordinal - 1));
    return 0.51 * std::max(up, down);
}

}  // namespace

const std::vector<BitFormat>& bitFormats() {
    static const std::vector<BitFormat> formats = {{"fp32", "FP32", FloatFormat::fp32},
                                                   {"bf16", "BF16", FloatFormat::bf16},
                                                   {"fp16", "FP16", FloatFormat::fp16},
                                                   {"fp8_e5m2", "FP8 E5M2", FloatFormat::fp8_e5m2},
                                                   {"fp8_e4m3", "FP8 E4M3", FloatFormat::fp8_e4m3},
                                                   {"fp4_e2m1", "FP4 E2M1", FloatFormat::fp4_e2m1}};
    return formats;
}

const BitFormat& bitFormat(const QString& key) {
    const auto found = std::ranges::find_if(
        bitFormats(), [&key](const BitFormat& format) { return key == QLatin1String(format.key); });
    return found == bitFormats().end() ? bitFormats().front() : *found;
}

std::int64_t ordinalOf(FloatFormat format, std::uint32_t pattern) {
    const std::uint32_t sign = float_fields(format).sign_bit();
    const std::int64_t magnitude = std::min<std::int64_t>(pattern & (sign - 1), last(format));
    return (pattern & sign) != 0 ? -magnitude : magnitude;
}

double valueAt(FloatFormat format, std::int64_t ordinal) {
    const std::int64_t magnitude = std::min(std::abs(ordinal), last(format));
    const double value = float_value(format, static_cast<std::uint32_t>(magnitude));
    return ordinal < 0 ? -value : value;
}

Neighbourhood neighbourhood(const BitFormat& format, std::int64_t middle, std::int64_t now) {
    const FloatFormat of = format.format;
    const std::int64_t first = std::max(middle - neighbours_each_side, -last(of));
    const std::int64_t end = std::min(middle + neighbours_each_side, last(of));
    const double low = valueAt(of, first);
    const double high = valueAt(of, end);
    Neighbourhood result;
    if (high - low < least_spread * std::abs(valueAt(of, middle))) result.origin = valueAt(of, middle);
    ScenePane& pane = result.pane;
    pane.title =
        QCoreApplication::translate("FloatBits", "The neighbours in %1").arg(QLatin1String(format.name));
    const double margin = 0.04 * (high - low);
    const QString label =
        result.origin == 0
            ? QCoreApplication::translate("FloatBits", "value")
            : QCoreApplication::translate("FloatBits", "distance from %1").arg(shortNumber(result.origin, 9));
    pane.x = {label, low - margin - result.origin, high + margin - result.origin, false, {}, true};
    pane.y = {{}, 0, 1, false, {}, false};
    SceneSeries stems = lineSeries({}, 0, {}, {});
    stems.kind = SceneSeries::Kind::stems;
    for (std::int64_t ordinal = first; ordinal <= end; ++ordinal) {
        stems.x.push_back(valueAt(of, ordinal) - result.origin);
        stems.y.push_back(0.45);
    }
    pane.series.push_back(std::move(stems));
    const double at = valueAt(of, now) - result.origin;
    pane.series.push_back(pointSeries({}, scene_color::accent, {at}, {0.45}));
    pane.series.back().strong = true;
    pane.handles.push_back({"value", QCoreApplication::translate("FloatBits", "Value"), SceneHandle::Along::x,
                            at, 0, low - result.origin, high - result.origin, keyStep(of, now),
                            shortNumber(valueAt(of, now), 9)});
    return result;
}

ScenePane rangesPane(const BitFormat& format, double magnitude) {
    ScenePane pane;
    pane.title = QCoreApplication::translate("FloatBits", "What each format reaches");
    pane.stretch = 1.6;
    pane.x = {QCoreApplication::translate("FloatBits", "magnitude"), shown_low, shown_high, true, {}, true};
    const auto count = static_cast<int>(bitFormats().size());
    pane.y = {{}, -0.6, count - 0.3, false, {}, true};
    SceneSeries legend_normal =
        lineSeries(QCoreApplication::translate("FloatBits", "normal"), 0, {}, {}, true);
    SceneSeries legend_sub =
        lineSeries(QCoreApplication::translate("FloatBits", "subnormal"), 1, {}, {}, true);
    pane.series = {std::move(legend_normal), std::move(legend_sub)};
    for (int row = 0; row < count; ++row) {
        const BitFormat& one = bitFormats()[static_cast<std::size_t>(count - 1 - row)];
        pane.y.names << QLatin1String(one.name);
        const double least = float_value(one.format, 1);
        const double normal = float_value(one.format, smallest_normal(one.format));
        const double largest = float_value(one.format, largest_finite(one.format));
        const bool strong = one.format == format.format;
        const std::vector<double> y(2, row);
        pane.series.push_back(lineSeries({}, 1, {least, normal}, y, strong));
        pane.series.push_back(lineSeries({}, 0, {normal, largest}, y, strong));
        const double digits = (float_fields(one.format).mantissa_bits + 1) * std::log10(2.0);
        pane.texts.push_back(
            {digits_at, row + 0.34,
             QCoreApplication::translate("FloatBits", "%1 digits").arg(shortNumber(digits, 2)),
             strong ? scene_color::plain : scene_color::muted});
    }
    const double at = std::clamp(magnitude, shown_low, shown_high);
    pane.handles.push_back({"magnitude", QCoreApplication::translate("FloatBits", "Magnitude"),
                            SceneHandle::Along::x, at, 0, shown_low, shown_high, far_step * at,
                            shortNumber(magnitude, 3)});
    return pane;
}

}  // namespace halfstep
