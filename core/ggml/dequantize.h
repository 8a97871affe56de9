// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/block_layouts.h"

#include <span>

// One block back to weights, with the float32 operations of ggml's dequantizers in their order.
namespace halfstep::ggml {

template <class Block>
using Weights = std::span<float, Block::elements>;

// dequantize_simple.cpp
void dequantize(const BlockQ4_0& block, Weights<BlockQ4_0> x);
void dequantize(const BlockQ4_1& block, Weights<BlockQ4_1> x);
void dequantize(const BlockQ5_0& block, Weights<BlockQ5_0> x);
void dequantize(const BlockQ5_1& block, Weights<BlockQ5_1> x);
void dequantize(const BlockQ8_0& block, Weights<BlockQ8_0> x);
void dequantize(const BlockQ8_1& block, Weights<BlockQ8_1> x);
void dequantize(const BlockQ8_K& block, Weights<BlockQ8_K> x);
void dequantize(const BlockQ1_0& block, Weights<BlockQ1_0> x);
void dequantize(const BlockQ2_0& block, Weights<BlockQ2_0> x);
void dequantize(const BlockTq1_0& block, Weights<BlockTq1_0> x);
void dequantize(const BlockTq2_0& block, Weights<BlockTq2_0> x);
void dequantize(const BlockMxfp4& block, Weights<BlockMxfp4> x);
void dequantize(const BlockNvfp4& block, Weights<BlockNvfp4> x);
void dequantize(const BlockIq4_nl& block, Weights<BlockIq4_nl> x);

// dequantize_k.cpp
void dequantize(const BlockQ2_K& block, Weights<BlockQ2_K> x);
void dequantize(const BlockQ3_K& block, Weights<BlockQ3_K> x);
void dequantize(const BlockQ4_K& block, Weights<BlockQ4_K> x);
void dequantize(const BlockQ5_K& block, Weights<BlockQ5_K> x);
void dequantize(const BlockQ6_K& block, Weights<BlockQ6_K> x);
void dequantize(const BlockIq4_xs& block, Weights<BlockIq4_xs> x);

// dequantize_lattice.cpp
void dequantize(const BlockIq1_s& block, Weights<BlockIq1_s> x);
void dequantize(const BlockIq1_m& block, Weights<BlockIq1_m> x);
void dequantize(const BlockIq2_xxs& block, Weights<BlockIq2_xxs> x);
void dequantize(const BlockIq2_xs& block, Weights<BlockIq2_xs> x);
void dequantize(const BlockIq2_s& block, Weights<BlockIq2_s> x);
void dequantize(const BlockIq3_xxs& block, Weights<BlockIq3_xxs> x);
void dequantize(const BlockIq3_s& block, Weights<BlockIq3_s> x);

}  // namespace halfstep::ggml
