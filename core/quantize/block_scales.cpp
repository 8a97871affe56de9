// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/block_scales.h"

#include "core/quantize/range.h"
#include "core/schemes/small_floats.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr float smallest_e4m3 = 0x1p-9F;

// To nearest even; within the format's limits.
float rounded_to_e4m3(float value) {
    const int exponent = std::max(std::ilogb(value), float_e4m3.lowest_exponent);
    const float step = std::ldexp(1.0F, exponent - float_e4m3.mantissa_bits);
    return std::nearbyint(value / step) * step;
}

}  // namespace

float e8m0_scale(FloatFormat format, float abs_max) {
    constexpr int lowest = -127;
    if (abs_max == 0) return std::ldexp(1.0F, lowest);
    const int exponent = std::ilogb(abs_max) - std::ilogb(largest_value(format));
    return std::ldexp(1.0F, std::max(exponent, lowest));
}

float nvfp4_tensor_scale(float abs_max) {
    return abs_max / (float_e4m3.largest * float_e2m1.largest);
}

float nvfp4_scale(float abs_max, float tensor_scale) {
    const float full = float_e2m1.largest * tensor_scale;
    if (full == 0) return 0;
    const float wanted = abs_max == 0 ? 1.0F : std::clamp(abs_max / full, smallest_e4m3, float_e4m3.largest);
    return usable_scale(rounded_to_e4m3(wanted) * tensor_scale);
}

}  // namespace halfstep
