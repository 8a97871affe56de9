// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/small_floats.h"

#include <array>
#include <cmath>

namespace halfstep {

SmallFloat small_float(FloatFormat format) {
    switch (format) {
        case FloatFormat::fp8_e4m3:
        case FloatFormat::mxfp8_e4m3:
            return float_e4m3;
        case FloatFormat::fp8_e5m2:
        case FloatFormat::mxfp8_e5m2:
            return float_e5m2;
        case FloatFormat::fp6_e2m3:
        case FloatFormat::mxfp6_e2m3:
            return float_e2m3;
        case FloatFormat::fp6_e3m2:
        case FloatFormat::mxfp6_e3m2:
            return float_e3m2;
        case FloatFormat::fp4_e2m1:
        case FloatFormat::mxfp4:
        case FloatFormat::nvfp4:
            return float_e2m1;
        case FloatFormat::mxint8:
            return float_mxint8;
        case FloatFormat::nf4:
        case FloatFormat::fp16:
        case FloatFormat::bf16:
        case FloatFormat::fp32:
            break;
    }
    return float_e5m10;
}

std::vector<float> magnitudes(const SmallFloat& format) {
    std::vector<float> values;
    const int per_octave = 1 << format.mantissa_bits;
    for (int place = 0; values.empty() || values.back() < format.largest; ++place) {
        // The first octave holds the subnormals, in the steps of the one after it.
        const int octave = place / per_octave;
        const int mantissa = octave == 0 ? place : per_octave + place % per_octave;
        const int exponent = format.lowest_exponent + (octave == 0 ? 0 : octave - 1) - format.mantissa_bits;
        values.push_back(std::ldexp(static_cast<float>(mantissa), exponent));
    }
    return values;
}

float last_of_largest(const SmallFloat& format) {
    const float step = std::ldexp(1.0F, std::ilogb(format.largest) - format.mantissa_bits);
    const float halfway = format.largest + step / 2;
    const bool even = std::fmod(format.largest / step, 2.0F) == 0;  // then halfway itself rounds down
    return even ? halfway : std::nextafter(halfway, 0.0F);
}

std::span<const float> nf4_values() {
    static constexpr std::array<float, 16> values = {
        -1.0F,
        -0.6961928009986877F,
        -0.5250730514526367F,
        -0.39491748809814453F,
        -0.28444138169288635F,
        -0.18477343022823334F,
        -0.09105003625154495F,
        0.0F,
        0.07958029955625534F,
        0.16093020141124725F,
        0.24611230194568634F,
        0.33791524171829224F,
        0.44070982933044434F,
        0.5626170039176941F,
        0.7229568362236023F,
        1.0F,
    };
    return values;
}

float largest_value(FloatFormat format) {
    return format == FloatFormat::nf4 ? 1.0F : small_float(format).largest;
}

std::vector<float> unscaled_values(FloatFormat format) {
    if (format == FloatFormat::nf4) return {nf4_values().begin(), nf4_values().end()};
    const std::vector<float> positive = magnitudes(small_float(format));
    std::vector<float> values;
    for (std::size_t i = positive.size() - 1; i > 0; --i)
        values.push_back(-positive[i]);
    values.insert(values.end(), positive.begin(), positive.end());
    return values;
}

}  // namespace halfstep
