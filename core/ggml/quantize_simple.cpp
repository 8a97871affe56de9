// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/quantize.h"
#include "core/ggml/scale_search.h"
#include "core/tensor/float_conversion.h"

namespace halfstep::ggml {
namespace {

// Codes trunc((x - minimum)·inverse + offset) cut to `largest`; returns how many were cut.
std::uint64_t truncate_codes(std::span<const float> x, float minimum, float inverse, float offset,
                             std::int32_t largest, std::span<std::uint8_t> codes) {
    std::int32_t clipped = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const auto code = static_cast<std::int32_t>((x[j] - minimum) * inverse + offset);
        clipped += code > largest ? 1 : 0;
        codes[j] = static_cast<std::uint8_t>(code > largest ? largest : code);
    }
    return static_cast<std::uint64_t>(clipped);
}

// q4_0, q5_0: codes 0..2·half-1 around half; the first weight of the largest magnitude is -half steps. Where
// the scale has no reciprocal every code is 0.
template <class Block>
BlockOutcome quantize_centred(const BlockInput& input, std::int32_t half, Block& block) {
    Codes<Block> codes{};
    std::uint64_t clipped = 0;
    float scale = 0;
    if (input.importance.empty()) {
        scale = signed_largest(input.weights) / static_cast<float>(-half);
        if (const auto inverse = reciprocal(scale))
            clipped = truncate_codes(input.weights, 0.0F, *inverse, static_cast<float>(half) + 0.5F,
                                     2 * half - 1, codes);
    } else {
        std::array<float, Block::elements> weights;
        importance_weights(input.weights, input.importance, input.row_mean_square, weights);
        const CentredScale found = search_centred_scale(input.weights, weights, half, codes);
        scale = found.scale;
        clipped = found.clipped;
    }
    block.scale = f32_to_f16(scale);
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_overflow = is_refused(block.scale)};
}

// q4_1, q5_1: codes 0..largest from the minimum to the maximum. q5_1 has no cut in ggml, and needs none: the
// product is at most a rounding above `largest`.
template <class Block>
BlockOutcome quantize_from_minimum(const BlockInput& input, std::int32_t largest, Block& block) {
    Codes<Block> codes{};
    std::uint64_t clipped = 0;
    float scale = 0;
    float minimum = 0;
    if (input.importance.empty()) {
        const auto [low, high] = limits_of(input.weights);
        scale = (high - low) / static_cast<float>(largest);
        minimum = low;
        if (const auto inverse = reciprocal(scale))
            clipped = truncate_codes(input.weights, low, *inverse, 0.5F, largest, codes);
    } else {
        std::array<float, Block::elements> weights;
        importance_weights(input.weights, input.importance, input.row_mean_square, weights);
        const ScaleAndMinimum found =
            search_scale_and_minimum(input.weights, weights, largest, search_with_importance, codes);
        scale = found.scale;
        minimum = -found.minimum;
        clipped = found.clipped;
    }
    block.scale = f32_to_f16(scale);
    block.minimum = f32_to_f16(minimum);
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_overflow = is_refused(block.scale) || is_refused(block.minimum)};
}

}  // namespace

BlockOutcome quantize(const BlockInput& input, BlockQ4_0& block) {
    return quantize_centred(input, 8, block);
}

BlockOutcome quantize(const BlockInput& input, BlockQ5_0& block) {
    return quantize_centred(input, 16, block);
}

BlockOutcome quantize(const BlockInput& input, BlockQ4_1& block) {
    return quantize_from_minimum(input, 15, block);
}

BlockOutcome quantize(const BlockInput& input, BlockQ5_1& block) {
    return quantize_from_minimum(input, 31, block);
}

// Codes are 0 where the scale has no reciprocal.
BlockOutcome quantize(const BlockInput& input, BlockQ8_0& block) {
    const float scale = largest_magnitude(input.weights) / 127.0F;
    block.scale = f32_to_f16(scale);
    block.codes = {};
    if (const auto inverse = reciprocal(scale))
        for (std::size_t j = 0; j < block.codes.size(); ++j)
            block.codes[j] = static_cast<std::int8_t>(round_half_away(input.weights[j] * *inverse));
    return {.scale_overflow = is_refused(block.scale)};
}

}  // namespace halfstep::ggml
