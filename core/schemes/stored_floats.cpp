// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/stored_floats.h"

#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"

#include <bit>
#include <cmath>

namespace halfstep {
namespace {

std::uint32_t exponent_mask(const FloatFields& fields) {
    return ((std::uint32_t{1} << fields.exponent_bits) - 1) << fields.mantissa_bits;
}

// Whether an exponent of ones alone is kept for infinity and NaN.
bool has_infinity(FloatFormat format) {
    return format == FloatFormat::fp32 || format == FloatFormat::fp16 || format == FloatFormat::bf16 ||
           format == FloatFormat::fp8_e5m2;
}

bool has_nan(FloatFormat format) {
    return has_infinity(format) || format == FloatFormat::fp8_e4m3;
}

// Of a finite value that no kept number reaches.
std::uint32_t nearest_finite(FloatFormat format, double magnitude) {
    std::uint32_t low = 0;
    std::uint32_t high = largest_finite(format);
    if (magnitude >= float_value(format, high)) return high;
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        (float_value(format, middle) <= magnitude ? low : high) = middle;
    }
    const double below = magnitude - float_value(format, low);
    const double above = float_value(format, high) - magnitude;
    if (below == above) return low % 2 == 0 ? low : high;
    return below < above ? low : high;
}

std::uint32_t special(FloatFormat format, double value) {
    const FloatFields fields = float_fields(format);
    if (std::isinf(value) && has_infinity(format)) return exponent_mask(fields);
    if (std::isnan(value) && has_infinity(format))
        return exponent_mask(fields) | std::uint32_t{1} << (fields.mantissa_bits - 1);
    if (std::isnan(value) && has_nan(format)) return fields.sign_bit() - 1;
    return largest_finite(format);
}

}  // namespace

FloatFields float_fields(FloatFormat format) {
    switch (format) {
        case FloatFormat::fp32:
            return {8, 23, 127};
        case FloatFormat::bf16:
            return {8, 7, 127};
        case FloatFormat::fp16:
            return {5, 10, 15};
        case FloatFormat::fp8_e4m3:
            return {4, 3, 7};
        case FloatFormat::fp8_e5m2:
            return {5, 2, 15};
        default:
            break;
    }
    const SmallFloat small = small_float(format);
    const int octaves = std::ilogb(small.largest) - small.lowest_exponent + 2;
    return {static_cast<int>(std::bit_width(static_cast<unsigned>(octaves - 1))), small.mantissa_bits,
            1 - small.lowest_exponent};
}

double float_value(FloatFormat format, std::uint32_t pattern) {
    switch (format) {
        case FloatFormat::fp32:
            return static_cast<double>(std::bit_cast<float>(pattern));
        case FloatFormat::fp16:
            return static_cast<double>(f16_to_f32(static_cast<std::uint16_t>(pattern)));
        case FloatFormat::bf16:
            return static_cast<double>(bf16_to_f32(static_cast<std::uint16_t>(pattern)));
        case FloatFormat::fp8_e4m3:
            return static_cast<double>(f8_e4m3_to_f32(static_cast<std::uint8_t>(pattern)));
        case FloatFormat::fp8_e5m2:
            return static_cast<double>(f8_e5m2_to_f32(static_cast<std::uint8_t>(pattern)));
        default:
            break;
    }
    const std::uint32_t sign = float_fields(format).sign_bit();
    const auto magnitude = static_cast<double>(magnitudes(small_float(format))[pattern & (sign - 1)]);
    return (pattern & sign) != 0 ? -magnitude : magnitude;
}

FloatKind float_kind(FloatFormat format, std::uint32_t pattern) {
    const FloatFields fields = float_fields(format);
    const std::uint32_t magnitude = pattern & (fields.sign_bit() - 1);
    if (magnitude == 0) return FloatKind::zero;
    if (magnitude > largest_finite(format))
        return has_infinity(format) && magnitude == exponent_mask(fields) ? FloatKind::infinity
                                                                          : FloatKind::nan;
    return magnitude < smallest_normal(format) ? FloatKind::subnormal : FloatKind::normal;
}

std::uint32_t largest_finite(FloatFormat format) {
    const FloatFields fields = float_fields(format);
    if (has_infinity(format)) return exponent_mask(fields) - 1;
    return fields.sign_bit() - (has_nan(format) ? 2 : 1);
}

std::uint32_t smallest_normal(FloatFormat format) {
    return std::uint32_t{1} << float_fields(format).mantissa_bits;
}

std::uint32_t nearest_float(FloatFormat format, double value) {
    const std::uint32_t sign = std::signbit(value) ? float_fields(format).sign_bit() : 0;
    return sign | (std::isfinite(value) ? nearest_finite(format, std::abs(value)) : special(format, value));
}

}  // namespace halfstep
