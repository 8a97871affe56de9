// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstdint>

// The values of 4-bit codes that are no plain integers, and the scales of the 4-bit floats.
namespace halfstep::ggml {

// iq4_nl and iq4_xs (ggml's kvalues_iq4nl).
inline constexpr std::array<std::int8_t, 16> iq4_values = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                           1,    13,   25,  38,  53,  69,  89,  113};

// Twice the values of E2M1, so that they are integers; scales below are halved instead.
inline constexpr std::array<std::int8_t, 16> doubled_e2m1 = {0, 1,  2,  3,  4,  6,  8,  12,
                                                             0, -1, -2, -3, -4, -6, -8, -12};

// 2^(exponent - 128): half of E8M0. ggml reads 255, E8M0's NaN, as 2^127.
inline float half_e8m0(std::uint8_t exponent) {
    const std::uint32_t bits = exponent < 2 ? 0x00200000U << exponent : (exponent - 1U) << 23U;
    return std::bit_cast<float>(bits);
}

// Half of an unsigned E4M3, whose 0x7f (NaN elsewhere) is 0 and whose bit 7 says nothing.
float half_ue4m3(std::uint8_t byte);

// The unsigned E4M3 nearest to a value, halves rounded up; 0 for what is not positive, at most 448 (0x7e).
std::uint8_t ue4m3_of(float value);

}  // namespace halfstep::ggml
