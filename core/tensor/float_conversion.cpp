// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/float_conversion.h"

#include <limits>

namespace halfstep {

float f8_e4m3_to_f32(std::uint8_t bits) {
    if ((bits & 0x7fU) == 0x7fU)
        return bits == 0x7fU ? std::numeric_limits<float>::quiet_NaN()
                             : -std::numeric_limits<float>::quiet_NaN();
    // Exponent (bias 7) and mantissa shifted into those of a float32 (bias 127): short of 120, subnormals
    // included, and the product is exact.
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x80U) << 24U;
    const std::uint32_t magnitude = static_cast<std::uint32_t>(bits & 0x7fU) << 20U;
    const float value = std::bit_cast<float>(magnitude) * 0x1p120F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
}

std::uint16_t f32_to_f16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
    if (magnitude >= 0x477ff000U)
        return static_cast<std::uint16_t>(sign | 0x7c00U);  // rounds to 2^16 or beyond
    if (magnitude < 0x38800000U) {
        // Below 2^-14: adding 1/2 leaves the multiple of 2^-24, rounded by the addition itself, in the low
        // bits.
        const float aligned = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(aligned) - 0x3f000000U));
    }
    const std::uint32_t rebased = magnitude - 0x38000000U;
    return static_cast<std::uint16_t>(sign | ((rebased + 0xfffU + ((rebased >> 13U) & 1U)) >> 13U));
}

}  // namespace halfstep
