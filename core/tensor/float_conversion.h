// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

// Conversions between the 16- and 8-bit floats and float32, exact in the widening direction and
// round-to-nearest-even in the other (IEEE 754 binary16 with subnormals; bfloat16 as the upper half of
// binary32, NaN made quiet).
namespace halfstep {

inline float bf16_to_f32(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

inline std::uint16_t f32_to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16U) | 64U);
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

// Without branches, so that loops over it are vectorised.
inline float f16_to_f32(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16U;
    const std::uint32_t magnitude = (bits & 0x7fffU) << 13U;
    // Shifted into place the exponent is short of 127 - 15; the product mends that, subnormals included,
    // exactly. Infinity and NaN need the largest exponent instead, another 112 up.
    const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112F);
    const std::uint32_t special = magnitude >= (0x7c00U << 13U) ? 112U << 23U : 0U;
    return std::bit_cast<float>((scaled + special) | sign);
}

// The 8-bit floats of OCP's "8-bit Floating Point Specification" (safetensors' F8_E5M2 and F8_E4M3). The
// first is the upper half of a binary16; the second has no infinity, and one NaN of either sign.
inline float f8_e5m2_to_f32(std::uint8_t bits) {
    return f16_to_f32(static_cast<std::uint16_t>(bits << 8U));
}
float f8_e4m3_to_f32(std::uint8_t bits);

// Overflow gives infinity, NaN gives 0x7e00 with the sign.
std::uint16_t f32_to_f16(float value);

}  // namespace halfstep
