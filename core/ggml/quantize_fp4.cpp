// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/quantize.h"
#include "core/ggml/value_tables.h"

#include <cstdint>

namespace halfstep::ggml {
namespace {

// Of equally near values the one with the lowest code.
std::uint8_t nearest_e2m1(float x, float scale) {
    std::size_t best = 0;
    float least = std::fabs(x);
    for (std::size_t code = 1; code < doubled_e2m1.size(); ++code) {
        const float error = std::fabs(static_cast<float>(doubled_e2m1[code]) * scale - x);
        if (error < least) {
            best = code;
            least = error;
        }
    }
    return static_cast<std::uint8_t>(best);
}

// Codes of some weights; returns how many of them would be nearer to 8, if there were one, than to 6 (none
// where the scale is 0, which clips nothing but loses everything).
std::uint64_t code_weights(std::span<const float> x, float scale, std::span<std::uint8_t> codes) {
    std::int32_t clipped = 0;
    if (scale > 0)
        for (const float value : x)
            clipped += std::fabs(value) > 14 * scale ? 1 : 0;
    for (std::size_t j = 0; j < x.size(); ++j)
        codes[j] = nearest_e2m1(x[j], scale);
    return static_cast<std::uint64_t>(clipped);
}

}  // namespace

// The exponent is that of the largest magnitude less 2, where the logarithm is rounded to float32 first: of
// magnitudes just below a power of two it is the power's. ggml's exponent wraps around below 2^-125, to
// numbers whose blocks hold zeros, or that llama.cpp refuses; 0, the smallest one, holds such weights well
// enough.
BlockOutcome quantize(const BlockInput& input, BlockMxfp4& block) {
    const float largest = largest_magnitude(input.weights);
    int exponent = 0;
    if (largest > 0) {
        const auto logarithm = static_cast<float>(std::log2(static_cast<double>(largest)));
        exponent = static_cast<int>(std::floor(logarithm)) - 2 + 127;
    }
    block.exponent = static_cast<std::uint8_t>(std::max(exponent, 0));
    Codes<BlockMxfp4> codes;
    const std::uint64_t clipped = code_weights(input.weights, half_e8m0(block.exponent), codes);
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_underflow = exponent < 0};
}

BlockOutcome quantize(const BlockInput& input, BlockNvfp4& block) {
    Codes<BlockNvfp4> codes;
    BlockOutcome outcome;
    for (std::size_t sub = 0; sub < block.scales.size(); ++sub) {
        const auto x = input.weights.subspan(16 * sub, 16);
        block.scales[sub] = ue4m3_of(largest_magnitude(x) / 6.0F);
        outcome.clipped +=
            code_weights(x, half_ue4m3(block.scales[sub]), std::span(codes).subspan(16 * sub, 16));
    }
    pack_codes(codes, block);
    return outcome;
}

}  // namespace halfstep::ggml
