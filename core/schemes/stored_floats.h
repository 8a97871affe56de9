// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <cstdint>

namespace halfstep {

// Floating-point numbers by the bits they are stored in, for fp32, fp16, bf16 and the scaled formats of 4, 6
// and 8 bits (without their scale). A pattern has the sign above the exponent above the mantissa:
//   (−1)^sign · 2^(exponent − bias) · 1.mantissa, or, where the exponent is 0, · 2^(1 − bias) · 0.mantissa.
// An exponent of ones alone stands for infinity and NaN in fp32, fp16, bf16 and fp8_e5m2; fp8_e4m3 has one
// NaN of either sign and no infinity; fp6 and fp4 have neither. Sources: see small_floats.h.

struct FloatFields {
    int exponent_bits = 0;
    int mantissa_bits = 0;
    int bias = 0;

    int bits() const { return 1 + exponent_bits + mantissa_bits; }
    std::uint32_t sign_bit() const { return std::uint32_t{1} << (exponent_bits + mantissa_bits); }
};

FloatFields float_fields(FloatFormat format);

enum class FloatKind : std::uint8_t { zero, subnormal, normal, infinity, nan };

FloatKind float_kind(FloatFormat format, std::uint32_t pattern);
double float_value(FloatFormat format, std::uint32_t pattern);

// Positive ones. Patterns of finite positive numbers ascend as their values do, from 0 to the largest.
std::uint32_t largest_finite(FloatFormat format);
std::uint32_t smallest_normal(FloatFormat format);

// The number nearest to `value`, to even where two are as near; beyond the largest, the largest. Infinity and
// NaN stay what they are where the format has them, and become the largest number where it has not.
std::uint32_t nearest_float(FloatFormat format, double value);

}  // namespace halfstep
