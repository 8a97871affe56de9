// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/quantize.h"
#include "core/tensor/float_conversion.h"

namespace halfstep::ggml {
namespace {

// tq1_0, tq2_0: -1, 0 or 1 times the largest magnitude, less 1. Where that has no reciprocal every weight is
// 0.
template <class Block>
BlockOutcome quantize_ternary(const BlockInput& input, Block& block) {
    const float scale = largest_magnitude(input.weights);
    Codes<Block> codes;
    codes.fill(1);
    if (const auto inverse = reciprocal(scale))
        for (std::size_t j = 0; j < codes.size(); ++j)
            codes[j] = static_cast<std::uint8_t>(round_half_away(input.weights[j] * *inverse) + 1);
    block.scale = f32_to_f16(scale);
    pack_codes(codes, block);
    return {.scale_overflow = is_refused(block.scale)};
}

}  // namespace

// The sign alone, times the mean magnitude.
BlockOutcome quantize(const BlockInput& input, BlockQ1_0& block) {
    float sum = 0;
    Codes<BlockQ1_0> codes;
    for (std::size_t j = 0; j < codes.size(); ++j) {
        sum += std::fabs(input.weights[j]);
        codes[j] = input.weights[j] >= 0 ? 1 : 0;
    }
    block.scale = f32_to_f16(sum / static_cast<float>(codes.size()));
    pack_codes(codes, block);
    return {.scale_overflow = is_refused(block.scale)};
}

// Codes 0 to 2 for -1, 0 and 1 times the largest magnitude; 3, for twice of it, is never needed. Where the
// scale has no reciprocal every code is 0.
BlockOutcome quantize(const BlockInput& input, BlockQ2_0& block) {
    const float scale = largest_magnitude(input.weights);
    Codes<BlockQ2_0> codes{};
    if (const auto inverse = reciprocal(scale))
        for (std::size_t j = 0; j < codes.size(); ++j)
            codes[j] = static_cast<std::uint8_t>(round_half_away(input.weights[j] * *inverse) + 1);
    block.scale = f32_to_f16(scale);
    pack_codes(codes, block);
    return {.scale_overflow = is_refused(block.scale)};
}

BlockOutcome quantize(const BlockInput& input, BlockTq1_0& block) {
    return quantize_ternary(input, block);
}

BlockOutcome quantize(const BlockInput& input, BlockTq2_0& block) {
    return quantize_ternary(input, block);
}

}  // namespace halfstep::ggml
