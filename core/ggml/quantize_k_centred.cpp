// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/k_scales.h"
#include "core/ggml/quantize.h"
#include "core/ggml/scale_search.h"
#include "core/tensor/float_conversion.h"

// q3_K and q6_K: 16 sub-blocks of 16 weights whose codes stand for steps around 0.
namespace halfstep::ggml {
namespace {

constexpr std::size_t n = 16;
using Scales = std::array<float, n>;

std::span<const float> part(std::span<const float> values, std::size_t j) {
    return values.subspan(j * n, n);
}

std::span<std::uint8_t> part(Codes<BlockQ3_K>& codes, std::size_t j) {
    return std::span(codes).subspan(j * n, n);
}

// Codes of one sub-block with its scale as it was stored; those of the search stay where that became 0.
std::uint64_t recode(std::span<const float> x, float scale, std::int32_t half,
                     std::span<std::uint8_t> codes) {
    if (scale == 0) return 0;
    std::uint64_t clipped = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int32_t nearest = nearest_int(x[i] / scale);
        const std::int32_t code = std::clamp(nearest, -half, half - 1);
        if (code != nearest) ++clipped;
        codes[i] = low_byte(code + half);
    }
    return clipped;
}

// 6-bit codes around 32, of multiples of the largest scale/-32. With no scale but 0, the bytes are 0.
float code_scales(const Scales& scales, Bytes<n>& codes) {
    codes.fill(0);
    const float extreme = signed_largest(scales);
    if (extreme == 0) return 0;
    const float inverse = -32.0F / extreme;
    for (std::size_t j = 0; j < n; ++j) {
        const auto nearest = static_cast<std::int8_t>(low_byte(nearest_int(inverse * scales[j])));
        codes[j] = low_byte(std::clamp<std::int32_t>(nearest, -32, 31) + 32);
    }
    return 1 / inverse;
}

}  // namespace

BlockOutcome quantize(const BlockInput& input, BlockQ3_K& block) {
    constexpr std::int32_t half = 4;
    Codes<BlockQ3_K> codes;
    Bytes<n> scale_codes;
    Scales scales;
    float scale = 0;
    if (input.importance.empty()) {
        for (std::size_t j = 0; j < n; ++j)
            scales[j] = refine_centred_scale(part(input.weights, j), half, part(codes, j));
        scale = code_scales(scales, scale_codes);
    } else {
        const float variance = mean_square(input.weights, 2);
        std::array<float, n> weights;
        std::array<float, n> weight_sums;
        for (std::size_t j = 0; j < n; ++j) {
            importance_weights(part(input.weights, j), part(input.importance, j), variance, weights);
            weight_sums[j] = sum_of(weights);
            scales[j] = search_centred_scale(part(input.weights, j), weights, half, part(codes, j)).scale;
        }
        scale = search_centred_scale(scales, weight_sums, 32, scale_codes).scale;
    }
    block.scale = f32_to_f16(scale);
    pack_scales(scale_codes, block);
    std::uint64_t clipped = 0;
    for (std::size_t j = 0; j < n; ++j) {
        const float sub_scale = f16_to_f32(block.scale) * static_cast<float>(scale_codes[j] - 32);
        clipped += recode(part(input.weights, j), sub_scale, half, part(codes, j));
    }
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_overflow = is_refused(block.scale)};
}

// With importance, a weight counts just that: its own magnitude plays no part, unlike in the other types.
BlockOutcome quantize(const BlockInput& input, BlockQ6_K& block) {
    constexpr std::int32_t half = 32;
    Codes<BlockQ6_K> codes;
    Scales scales;
    for (std::size_t j = 0; j < n; ++j) {
        const auto weights = input.importance.empty() ? input.importance : part(input.importance, j);
        scales[j] = search_centred_scale(part(input.weights, j), weights, half, part(codes, j)).scale;
    }
    const float extreme = signed_largest(scales);
    block = {};
    if (std::fabs(extreme) < smallest_magnitude) return {};
    const float inverse = -128.0F / extreme;
    block.scale = f32_to_f16(1 / inverse);
    std::uint64_t clipped = 0;
    for (std::size_t j = 0; j < n; ++j) {
        const std::int32_t nearest = std::min(127, nearest_int(inverse * scales[j]));
        block.scales[j] = static_cast<std::int8_t>(low_byte(nearest));
        const float sub_scale = f16_to_f32(block.scale) * static_cast<float>(block.scales[j]);
        clipped += recode(part(input.weights, j), sub_scale, half, part(codes, j));
    }
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_overflow = is_refused(block.scale)};
}

}  // namespace halfstep::ggml
