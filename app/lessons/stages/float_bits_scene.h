// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/stored_floats.h"
#include "widgets/lessons/scene.h"

#include <cstdint>
#include <vector>

namespace halfstep {

// The formats of the lesson about bits, the widest first.
struct BitFormat {
    const char* key;
    const char* name;
    FloatFormat format;
};
const std::vector<BitFormat>& bitFormats();
const BitFormat& bitFormat(const QString& key);

// Finite numbers of a format in the order of their size: 0 is 0, 1 the least positive one, −1 the greatest
// negative one. Infinity and NaN count as the largest.
std::int64_t ordinalOf(FloatFormat format, std::uint32_t pattern);
double valueAt(FloatFormat format, std::int64_t ordinal);  // held at the largest

inline constexpr std::int64_t neighbours_each_side = 8;

// Some numbers on either side of `middle`, with a handle "value" at `now`. Where they lie close together for
// their size, the axis counts from `middle` on: origin is its value then, else 0.
struct Neighbourhood {
    ScenePane pane;
    double origin = 0;
};
Neighbourhood neighbourhood(const BitFormat& format, std::int64_t middle, std::int64_t now);

// From the smallest to the largest number of every format, on a log axis, with a handle "magnitude".
ScenePane rangesPane(const BitFormat& format, double magnitude);

}  // namespace halfstep
