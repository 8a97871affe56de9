// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/small_floats.h"

#include <cmath>

namespace halfstep {
namespace {

// The last float32 number that rounds to the largest value: half a step beyond it where its mantissa is even.
float last_of_largest(const SmallFloat& format) {
    const float step = std::ldexp(1.0F, std::ilogb(format.largest) - format.mantissa_bits);
    const float halfway = format.largest + step / 2;
    const bool even = std::fmod(format.largest / step, 2.0F) == 0;
    return even ? halfway : std::nextafter(halfway, 0.0F);
}

}  // namespace

kernels::FloatGrid float_grid(const SmallFloat& format) {
    return {std::ldexp(1.0F, format.lowest_exponent), std::ldexp(1.5F, 23 - format.mantissa_bits)};
}

UniformUnit float_unit(const SmallFloat& format, float scale, float stored_scale) {
    const float last = last_of_largest(format);
    return {scale == 0 ? 0.0F : 1.0F / scale, stored_scale, -last, last};
}

}  // namespace halfstep
