// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/value_tables.h"

#include <algorithm>

namespace halfstep::ggml {

float half_ue4m3(std::uint8_t byte) {
    if (byte == 0x7f) return 0;
    const std::uint32_t exponent = byte >> 3U & 15U;
    const std::uint32_t mantissa = byte & 7U;
    if (exponent == 0) return static_cast<float>(mantissa) * 0x1p-10F;
    // Bias 7, and one less for the half.
    return std::bit_cast<float>(((exponent + 127 - 7 - 1) << 23U) | (mantissa << 20U));
}

std::uint8_t ue4m3_of(float value) {
    constexpr std::uint8_t largest = 0x7e;
    if (!(value > 0)) return 0;
    const auto bits = std::bit_cast<std::uint32_t>(std::min(value, 448.0F));
    const int exponent = static_cast<int>(bits >> 23U) - 127 + 7;
    if (exponent <= 0) {  // subnormal, never rounded up to the smallest normal number
        const float half_up = value * 512.0F + 0.5F;
        return static_cast<std::uint8_t>(std::min(static_cast<std::uint32_t>(half_up), 7U));
    }
    if (exponent >= 15) return largest;
    // A carry out of the mantissa moves the exponent up.
    const std::uint32_t rounded =
        (static_cast<std::uint32_t>(exponent) << 3U) + (bits >> 20U & 7U) + (bits >> 19U & 1U);
    return static_cast<std::uint8_t>(rounded >= 15U << 3U ? largest : rounded);
}

}  // namespace halfstep::ggml
