// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/block_layouts.h"
#include "core/ggml/ggml_blocks.h"

#include <span>

// One block of weights to its bytes, as ggml's reference quantizers do it on x86-64 (ggml-quants.c of 0.21.0,
// compiled without fused multiply-add): float32 operations in their order, sums one after the other.
namespace halfstep::ggml {

struct BlockInput {
    std::span<const float> weights;     // as many as the block has elements
    std::span<const float> importance;  // one a weight, or empty for none; types that do not use it ignore it
    float row_mean_square = 0;          // of the whole row; q4_0, q4_1, q5_0 and q5_1 with importance need it
};

// quantize_simple.cpp
BlockOutcome quantize(const BlockInput& input, BlockQ4_0& block);
BlockOutcome quantize(const BlockInput& input, BlockQ4_1& block);
BlockOutcome quantize(const BlockInput& input, BlockQ5_0& block);
BlockOutcome quantize(const BlockInput& input, BlockQ5_1& block);
BlockOutcome quantize(const BlockInput& input, BlockQ8_0& block);

// quantize_ternary.cpp
BlockOutcome quantize(const BlockInput& input, BlockQ1_0& block);
BlockOutcome quantize(const BlockInput& input, BlockQ2_0& block);
BlockOutcome quantize(const BlockInput& input, BlockTq1_0& block);
BlockOutcome quantize(const BlockInput& input, BlockTq2_0& block);

// quantize_fp4.cpp
BlockOutcome quantize(const BlockInput& input, BlockMxfp4& block);
BlockOutcome quantize(const BlockInput& input, BlockNvfp4& block);

// quantize_k_minima.cpp
BlockOutcome quantize(const BlockInput& input, BlockQ2_K& block);
BlockOutcome quantize(const BlockInput& input, BlockQ4_K& block);
BlockOutcome quantize(const BlockInput& input, BlockQ5_K& block);

// quantize_k_centred.cpp
BlockOutcome quantize(const BlockInput& input, BlockQ3_K& block);
BlockOutcome quantize(const BlockInput& input, BlockQ6_K& block);

// quantize_iq4.cpp
BlockOutcome quantize(const BlockInput& input, BlockIq4_nl& block);
BlockOutcome quantize(const BlockInput& input, BlockIq4_xs& block);

}  // namespace halfstep::ggml
