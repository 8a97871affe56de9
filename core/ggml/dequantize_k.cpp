// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/code_packing.h"
#include "core/ggml/dequantize.h"
#include "core/ggml/k_scales.h"
#include "core/ggml/value_tables.h"
#include "core/tensor/float_conversion.h"

namespace halfstep::ggml {
namespace {

// scale·code - minimum in each sub-block.
template <class Block>
void dequantize_with_minima(const Block& block, Weights<Block> x) {
    const float scale = f16_to_f32(block.scale);
    const float minimum = f16_to_f32(block.minimum);
    const Codes<Block> codes = unpacked_codes(block);
    const auto sub = unpacked_scales(block);
    constexpr std::size_t sub_elements = Block::elements / sub.scales.size();
    for (std::size_t j = 0; j < sub.scales.size(); ++j) {
        const float sub_scale = scale * static_cast<float>(sub.scales[j]);
        const float sub_minimum = minimum * static_cast<float>(sub.minima[j]);
        for (std::size_t i = j * sub_elements; i < (j + 1) * sub_elements; ++i)
            x[i] = sub_scale * static_cast<float>(codes[i]) - sub_minimum;
    }
}

// (scale·sub-scale)·value(code) in each sub-block.
template <class Block, std::size_t sub_blocks, class SubScale, class Value>
void dequantize_sub_blocks(const Block& block, const SubScale& sub_scale, const Value& value,
                           Weights<Block> x) {
    const float scale = f16_to_f32(block.scale);
    const Codes<Block> codes = unpacked_codes(block);
    constexpr std::size_t sub_elements = Block::elements / sub_blocks;
    for (std::size_t j = 0; j < sub_blocks; ++j) {
        const float step = scale * static_cast<float>(sub_scale(j));
        for (std::size_t i = j * sub_elements; i < (j + 1) * sub_elements; ++i)
            x[i] = step * static_cast<float>(value(codes[i]));
    }
}

}  // namespace

void dequantize(const BlockQ2_K& block, Weights<BlockQ2_K> x) {
    dequantize_with_minima(block, x);
}

void dequantize(const BlockQ3_K& block, Weights<BlockQ3_K> x) {
    const Bytes<16> scales = unpacked_scales(block);
    dequantize_sub_blocks<BlockQ3_K, 16>(
        block, [&](std::size_t j) { return scales[j] - 32; }, [](int code) { return code - 4; }, x);
}

void dequantize(const BlockQ4_K& block, Weights<BlockQ4_K> x) {
    dequantize_with_minima(block, x);
}

void dequantize(const BlockQ5_K& block, Weights<BlockQ5_K> x) {
    dequantize_with_minima(block, x);
}

void dequantize(const BlockQ6_K& block, Weights<BlockQ6_K> x) {
    dequantize_sub_blocks<BlockQ6_K, 16>(
        block, [&](std::size_t j) { return block.scales[j]; }, [](int code) { return code - 32; }, x);
}

void dequantize(const BlockIq4_xs& block, Weights<BlockIq4_xs> x) {
    const Bytes<8> scales = unpacked_scales(block);
    dequantize_sub_blocks<BlockIq4_xs, 8>(
        block, [&](std::size_t j) { return scales[j] - 32; },
        [](std::uint8_t code) { return iq4_values[code]; }, x);
}

}  // namespace halfstep::ggml
