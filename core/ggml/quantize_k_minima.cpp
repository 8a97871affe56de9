// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/k_scales.h"
#include "core/ggml/quantize.h"
#include "core/ggml/scale_search.h"
#include "core/tensor/float_conversion.h"

// q2_K, q4_K and q5_K: sub-blocks whose codes start at a minimum.
namespace halfstep::ggml {
namespace {

template <class Block>
struct Form;

template <>
struct Form<BlockQ2_K> {
    static constexpr std::size_t sub_blocks = 16;
    static constexpr std::int32_t largest_code = 3;
    static constexpr std::int32_t largest_scale = 15;
    static constexpr float variance_factor = 1;
    static constexpr bool cuts_scales = false;           // without importance
    static constexpr bool cuts_searched_scales = false;  // with importance
    static constexpr SearchSteps steps = {-0.5F, 0.1F, 15, true};
};
template <>
struct Form<BlockQ4_K> {
    static constexpr std::size_t sub_blocks = 8;
    static constexpr std::int32_t largest_code = 15;
    static constexpr std::int32_t largest_scale = 63;
    static constexpr float variance_factor = 2;
    static constexpr bool cuts_scales = true;
    static constexpr bool cuts_searched_scales = false;
    static constexpr SearchSteps steps = {-1.0F, 0.1F, 20, false};
};
template <>
struct Form<BlockQ5_K> {
    static constexpr std::size_t sub_blocks = 8;
    static constexpr std::int32_t largest_code = 31;
    static constexpr std::int32_t largest_scale = 63;
    static constexpr float variance_factor = 2;
    static constexpr bool cuts_scales = true;
    static constexpr bool cuts_searched_scales = true;
    static constexpr SearchSteps steps = {-0.5F, 0.1F, 15, false};
};

template <class Block>
constexpr std::size_t sub_elements = Block::elements / Form<Block>::sub_blocks;

// What a weight counts without importance: its magnitude; above q2_K more evenly.
template <class Block>
void own_weights(std::span<const float> x, std::span<float> weights) {
    const float floor = std::is_same_v<Block, BlockQ2_K> ? 0.0F : std::sqrt(mean_square(x));
    for (std::size_t i = 0; i < x.size(); ++i)
        weights[i] = floor + std::fabs(x[i]);
}

// The scales and minima that the sub-blocks have by themselves, and the weight of each.
template <std::size_t n>
struct SubBlocks {
    std::array<float, n> scales;
    std::array<float, n> minima;
    std::array<float, n> weights;
};

template <class Block>
SubBlocks<Form<Block>::sub_blocks> search_sub_blocks(const BlockInput& input, Codes<Block>& codes) {
    constexpr std::size_t n = sub_elements<Block>;
    const float variance = mean_square(input.weights, Form<Block>::variance_factor);
    SubBlocks<Form<Block>::sub_blocks> found;
    std::array<float, n> weights;
    for (std::size_t j = 0; j < found.scales.size(); ++j) {
        const auto x = input.weights.subspan(j * n, n);
        const bool important = !input.importance.empty();
        if (important)
            importance_weights(x, input.importance.subspan(j * n, n), variance, weights);
        else
            own_weights<Block>(x, weights);
        const SearchSteps& steps = important ? search_with_importance : Form<Block>::steps;
        const ScaleAndMinimum line = search_scale_and_minimum(x, weights, Form<Block>::largest_code, steps,
                                                              std::span(codes).subspan(j * n, n));
        found.scales[j] = line.scale;
        found.minima[j] = line.minimum;
        found.weights[j] = sum_of(weights);
    }
    return found;
}

// Codes of numbers as multiples of largest/`largest_scale`, the scale; all 0 where none is positive.
template <std::size_t n>
float scale_of_largest(const std::array<float, n>& numbers, std::int32_t largest_scale, bool cut,
                       Bytes<n>& codes) {
    float largest = 0;
    for (const float number : numbers)
        if (number > largest) largest = number;
    const auto top = static_cast<float>(largest_scale);
    const float inverse = largest > 0 ? top / largest : 0.0F;
    for (std::size_t j = 0; j < n; ++j) {
        const std::uint8_t code = low_byte(nearest_int(inverse * numbers[j]));
        codes[j] = cut ? std::min(code, low_byte(largest_scale)) : code;
    }
    return largest / top;
}

template <class Block>
void store_scales(const SubBlocks<Form<Block>::sub_blocks>& found, bool important, Block& block) {
    constexpr std::size_t n = Form<Block>::sub_blocks;
    constexpr std::int32_t largest = Form<Block>::largest_scale;
    ScalesAndMinima<n> codes;
    if (important) {
        block.scale = f32_to_f16(search_positive_scale(found.scales, found.weights, largest, codes.scales));
        block.minimum = f32_to_f16(search_positive_scale(found.minima, found.weights, largest, codes.minima));
        if constexpr (Form<Block>::cuts_searched_scales)
            for (std::size_t j = 0; j < n; ++j) {
                codes.scales[j] = std::min(codes.scales[j], low_byte(largest));
                codes.minima[j] = std::min(codes.minima[j], low_byte(largest));
            }
    } else {
        constexpr bool cut = Form<Block>::cuts_scales;
        block.scale = f32_to_f16(scale_of_largest(found.scales, largest, cut, codes.scales));
        block.minimum = f32_to_f16(scale_of_largest(found.minima, largest, cut, codes.minima));
    }
    pack_scales(codes, block);
}

// Codes with the scales and minima as they were stored. Where a scale became 0 the codes of the search stay.
template <class Block>
std::uint64_t recode(std::span<const float> x, const Block& block, Codes<Block>& codes) {
    const auto stored = unpacked_scales(block);
    std::uint64_t clipped = 0;
    for (std::size_t j = 0; j < Form<Block>::sub_blocks; ++j) {
        const float scale = f16_to_f32(block.scale) * static_cast<float>(stored.scales[j]);
        if (scale == 0) continue;
        const float minimum = f16_to_f32(block.minimum) * static_cast<float>(stored.minima[j]);
        for (std::size_t i = j * sub_elements<Block>; i < (j + 1) * sub_elements<Block>; ++i) {
            const std::int32_t nearest = nearest_int((x[i] + minimum) / scale);
            const std::int32_t code = std::clamp(nearest, 0, Form<Block>::largest_code);
            if (code != nearest) ++clipped;
            codes[i] = low_byte(code);
        }
    }
    return clipped;
}

template <class Block>
BlockOutcome quantize_with_minima(const BlockInput& input, Block& block) {
    Codes<Block> codes;
    const auto found = search_sub_blocks<Block>(input, codes);
    store_scales(found, !input.importance.empty(), block);
    const std::uint64_t clipped = recode(input.weights, block, codes);
    pack_codes(codes, block);
    return {.clipped = clipped, .scale_overflow = is_refused(block.scale) || is_refused(block.minimum)};
}

}  // namespace

BlockOutcome quantize(const BlockInput& input, BlockQ2_K& block) {
    return quantize_with_minima(input, block);
}

BlockOutcome quantize(const BlockInput& input, BlockQ4_K& block) {
    return quantize_with_minima(input, block);
}

BlockOutcome quantize(const BlockInput& input, BlockQ5_K& block) {
    return quantize_with_minima(input, block);
}

}  // namespace halfstep::ggml
