// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/k_scales.h"
#include "core/ggml/quantize.h"
#include "core/ggml/value_tables.h"
#include "core/tensor/float_conversion.h"

namespace halfstep::ggml {
namespace {

constexpr std::size_t n = 32;

// The code of the nearest value; halfway between two, the upper one.
std::uint8_t nearest_code(float x) {
    if (x <= static_cast<float>(iq4_values.front())) return 0;
    if (x >= static_cast<float>(iq4_values.back())) return static_cast<std::uint8_t>(iq4_values.size() - 1);
    std::size_t upper = 1;
    while (upper + 1 < iq4_values.size() && !(x < static_cast<float>(iq4_values[upper])))
        ++upper;
    const bool lower_is_nearer =
        x - static_cast<float>(iq4_values[upper - 1]) < static_cast<float>(iq4_values[upper]) - x;
    return static_cast<std::uint8_t>(lower_is_nearer ? upper - 1 : upper);
}

void code_weights(std::span<const float> x, float inverse, std::span<std::uint8_t> codes) {
    for (std::size_t i = 0; i < x.size(); ++i)
        codes[i] = nearest_code(inverse * x[i]);
}

// Of -7 to 7 steps around largest/-127 the scale whose best multiple has the least weighted squared error.
float search_scale(std::span<const float> x, std::span<const float> weights) {
    const float extreme = signed_largest(x);
    if (std::fabs(extreme) < smallest_magnitude) return 0;
    float product = 0;
    float square = 0;
    const auto sum_with = [&](float inverse) {
        product = square = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto value = static_cast<float>(iq4_values[nearest_code(inverse * x[i])]);
            product += weights[i] * value * x[i];
            square += weights[i] * value * value;
        }
    };
    const auto lowest = static_cast<float>(iq4_values.front());
    sum_with(1 / (-extreme / lowest));
    float scale = square > 0 ? product / square : 0.0F;
    float explained = scale * product;
    for (int step = -7; step <= 7; ++step) {
        sum_with((static_cast<float>(step) + lowest) / extreme);
        if (!(square > 0) || !(product * product > explained * square)) continue;
        scale = product / square;
        explained = scale * product;
    }
    return scale;
}

// Without importance a weight counts its square. `variance` is twice the mean square of the whole block.
float search_scale(std::span<const float> x, std::span<const float> importance, float variance) {
    std::array<float, n> weights;
    if (importance.empty())
        std::transform(x.begin(), x.end(), weights.begin(), [](float value) { return value * value; });
    else
        importance_weights(x, importance, variance, weights);
    return search_scale(x, weights);
}

// The factor is one number: the sum is not divided first.
float twice_mean_square(std::span<const float> x) {
    float sum = 0;
    for (const float value : x)
        sum += value * value;
    return sum * (2.0F / static_cast<float>(x.size()));
}

float inverse_or_zero(float scale) {
    return scale != 0 ? 1 / scale : 0.0F;
}

}  // namespace

BlockOutcome quantize(const BlockInput& input, BlockIq4_nl& block) {
    const float scale = search_scale(input.weights, input.importance, twice_mean_square(input.weights));
    Codes<BlockIq4_nl> codes;
    code_weights(input.weights, inverse_or_zero(scale), codes);
    block.scale = f32_to_f16(scale);
    pack_codes(codes, block);
    return {.scale_overflow = is_refused(block.scale)};
}

BlockOutcome quantize(const BlockInput& input, BlockIq4_xs& block) {
    const float variance = twice_mean_square(input.weights);
    std::array<float, 8> scales;
    const auto part = [](auto values, std::size_t j) {
        return values.empty() ? values : values.subspan(j * n, n);
    };
    for (std::size_t j = 0; j < scales.size(); ++j)
        scales[j] = search_scale(part(input.weights, j), part(input.importance, j), variance);
    // Codes are found with this scale, not with what float16 makes of it.
    const float scale = -signed_largest(scales) / 32;
    block.scale = f32_to_f16(scale);
    const float inverse = inverse_or_zero(scale);
    Bytes<8> scale_codes;
    Codes<BlockIq4_xs> codes;
    for (std::size_t j = 0; j < scales.size(); ++j) {
        const std::int32_t multiple = std::clamp(nearest_int(inverse * scales[j]), -32, 31);
        scale_codes[j] = low_byte(multiple + 32);
        code_weights(part(input.weights, j), inverse_or_zero(scale * static_cast<float>(multiple)),
                     std::span(codes).subspan(j * n, n));
    }
    pack_scales(scale_codes, block);
    pack_codes(codes, block);
    return {.scale_overflow = is_refused(block.scale)};
}

}  // namespace halfstep::ggml
