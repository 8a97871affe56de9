// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/block_layouts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

// What the quantizers of several block types have in common.
namespace halfstep::ggml {

// Largest magnitudes below this one count as zero in the searches for scales.
inline constexpr float smallest_magnitude = 1e-15F;

// Nearest integer, ties to even, of magnitudes up to 4,194,303; beyond, the lower 23 bits of the sum less
// 2^22, as ggml has them (infinity gives -4,194,304, NaN 0).
inline std::int32_t nearest_int(float value) {
    return (std::bit_cast<std::int32_t>(value + 12582912.0F) & 0x007fffff) - 0x00400000;
}

// Rounds half away from zero (C's roundf), for magnitudes far below 2^31.
inline std::int32_t round_half_away(float value) {
    const auto whole = static_cast<std::int32_t>(value);
    const float rest = value - static_cast<float>(whole);  // exact
    return whole + (rest >= 0.5F ? 1 : 0) - (rest <= -0.5F ? 1 : 0);
}

// An integer's lower eight bits, as C stores it in a byte.
inline std::uint8_t low_byte(std::int32_t value) {
    return static_cast<std::uint8_t>(value & 0xff);
}

// 1/scale as ggml takes it, 0 for 0. None where a weight divided by the scale is not a small number: the
// scale is too small for float32 to hold its reciprocal, or too large itself. ggml then converts infinities
// and NaN to integers, which on x86-64 gives the lowest one; each quantizer says what comes of that.
inline std::optional<float> reciprocal(float scale) {
    const float value = scale != 0 ? 1.0F / scale : 0.0F;
    if (!std::isfinite(scale) || !std::isfinite(value)) return std::nullopt;
    return value;
}

inline float largest_magnitude(std::span<const float> x) {
    // The bits of non-negative floats are ordered as they are; integers make the loop a vector one.
    std::int32_t bits = 0;
    for (const float value : x)
        bits = std::max(bits, std::bit_cast<std::int32_t>(value) & 0x7fffffff);
    return std::bit_cast<float>(bits);
}

// The first of the numbers with the largest magnitude, with its sign; +0 for zeros of either sign. NaN are
// passed over: scales of huge weights can be that.
float signed_largest(std::span<const float> x);

struct BlockLimits {
    float low = 0;
    float high = 0;
};
// Of equal limits the first: zeros have two signs.
BlockLimits limits_of(std::span<const float> x);

// factor·Σx²/n, rounded after every operation.
float mean_square(std::span<const float> x, float factor = 1);

// What a weight counts in a search: its importance times √(mean_square + x²).
void importance_weights(std::span<const float> x, std::span<const float> importance, float mean_square,
                        std::span<float> weights);

float sum_of(std::span<const float> values);

// Whether llama.cpp refuses a block with such a scale: infinity or NaN.
inline bool is_refused(HalfBits half) {
    return (half & 0x7c00U) == 0x7c00U;
}

}  // namespace halfstep::ggml
