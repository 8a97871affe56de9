// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

// Conversions between the 16-bit floats and float32, exact in the widening direction and
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

float f16_to_f32(std::uint16_t bits);

// Overflow gives infinity, NaN gives 0x7e00 with the sign.
std::uint16_t f32_to_f16(float value);

}  // namespace halfstep
