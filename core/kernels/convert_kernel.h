// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// 16-bit floats to float32, exactly. Plain loops without branches: the compiler makes vectors of them, each
// file with its own instruction set.
namespace halfstep::kernels {
namespace {

inline void convert_bf16(const std::uint16_t* from, std::size_t n, float* to) {
    for (std::size_t i = 0; i < n; ++i)
        to[i] = __builtin_bit_cast(float, static_cast<std::uint32_t>(from[i]) << 16U);
}

inline void convert_f16(const std::uint16_t* from, std::size_t n, float* to) {
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t sign = (from[i] & 0x8000U) << 16U;
        const std::uint32_t magnitude = from[i] & 0x7fffU;
        const std::uint32_t normal = (magnitude << 13U) + ((127U - 15U) << 23U);
        // Multiples of 2^-24, by way of the integer: a float32 subnormal would make some processors slow.
        const auto subnormal = __builtin_bit_cast(
            std::uint32_t, static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
        const std::uint32_t special = (magnitude << 13U) | 0x7f800000U;
        const std::uint32_t finite = magnitude < 0x400U ? subnormal : normal;
        const std::uint32_t bits = magnitude >= 0x7c00U ? special : finite;
        to[i] = __builtin_bit_cast(float, bits | sign);
    }
}

}  // namespace
}  // namespace halfstep::kernels
