// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/code_packing.h"
#include "core/ggml/dequantize.h"
#include "core/ggml/value_tables.h"
#include "core/tensor/float_conversion.h"

namespace halfstep::ggml {
namespace {

// (code - centre)·scale
template <class Block>
void dequantize_centred(const Block& block, int centre, Weights<Block> x) {
    const float scale = f16_to_f32(block.scale);
    const Codes<Block> codes = unpacked_codes(block);
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = static_cast<float>(codes[j] - centre) * scale;
}

// code·scale + minimum
template <class Block>
void dequantize_from_minimum(const Block& block, Weights<Block> x) {
    const float scale = f16_to_f32(block.scale);
    const float minimum = f16_to_f32(block.minimum);
    const Codes<Block> codes = unpacked_codes(block);
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = static_cast<float>(codes[j]) * scale + minimum;
}

template <class Block>
void dequantize_bytes(const Block& block, float scale, Weights<Block> x) {
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = static_cast<float>(block.codes[j]) * scale;
}

}  // namespace

void dequantize(const BlockQ4_0& block, Weights<BlockQ4_0> x) {
    dequantize_centred(block, 8, x);
}

void dequantize(const BlockQ4_1& block, Weights<BlockQ4_1> x) {
    dequantize_from_minimum(block, x);
}

void dequantize(const BlockQ5_0& block, Weights<BlockQ5_0> x) {
    dequantize_centred(block, 16, x);
}

void dequantize(const BlockQ5_1& block, Weights<BlockQ5_1> x) {
    dequantize_from_minimum(block, x);
}

void dequantize(const BlockQ8_0& block, Weights<BlockQ8_0> x) {
    dequantize_bytes(block, f16_to_f32(block.scale), x);
}

void dequantize(const BlockQ8_1& block, Weights<BlockQ8_1> x) {
    dequantize_bytes(block, f16_to_f32(block.scale), x);
}

void dequantize(const BlockQ8_K& block, Weights<BlockQ8_K> x) {
    dequantize_bytes(block, block.scale, x);
}

void dequantize(const BlockQ1_0& block, Weights<BlockQ1_0> x) {
    const float scale = f16_to_f32(block.scale);
    const Codes<BlockQ1_0> codes = unpacked_codes(block);
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = codes[j] != 0 ? scale : -scale;
}

void dequantize(const BlockQ2_0& block, Weights<BlockQ2_0> x) {
    dequantize_centred(block, 1, x);
}

void dequantize(const BlockTq1_0& block, Weights<BlockTq1_0> x) {
    dequantize_centred(block, 1, x);
}

void dequantize(const BlockTq2_0& block, Weights<BlockTq2_0> x) {
    dequantize_centred(block, 1, x);
}

void dequantize(const BlockMxfp4& block, Weights<BlockMxfp4> x) {
    const float scale = half_e8m0(block.exponent);
    const Codes<BlockMxfp4> codes = unpacked_codes(block);
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = static_cast<float>(doubled_e2m1[codes[j]]) * scale;
}

void dequantize(const BlockNvfp4& block, Weights<BlockNvfp4> x) {
    const Codes<BlockNvfp4> codes = unpacked_codes(block);
    for (std::size_t sub = 0; sub < block.scales.size(); ++sub) {
        const float scale = half_ue4m3(block.scales[sub]);
        for (std::size_t j = 16 * sub; j < 16 * (sub + 1); ++j)
            x[j] = static_cast<float>(doubled_e2m1[codes[j]]) * scale;
    }
}

void dequantize(const BlockIq4_nl& block, Weights<BlockIq4_nl> x) {
    const float scale = f16_to_f32(block.scale);
    const Codes<BlockIq4_nl> codes = unpacked_codes(block);
    for (std::size_t j = 0; j < x.size(); ++j)
        x[j] = scale * static_cast<float>(iq4_values[codes[j]]);
}

}  // namespace halfstep::ggml
