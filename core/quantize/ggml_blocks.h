// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstddef>
#include <cstdint>
#include <span>

// The GGUF block types q4_0, q4_1, q5_0, q5_1 and q8_0, byte for byte as ggml's reference quantizers write
// them on x86-64 (ggml-quants.c, without importance weights). Blocks hold 32 weights of one row; numbers are
// little-endian, scales and minima float16. Weights have to be finite: callers put 0 where they are not.
namespace halfstep {

inline constexpr std::size_t ggml_block_elements = 32;

struct BlockOutcome {
    std::uint64_t clipped = 0;    // codes that lay above the largest one and were cut to it
    bool scale_overflow = false;  // a scale or minimum is infinite in float16: llama.cpp refuses such a block

    BlockOutcome& operator+=(const BlockOutcome& other);
};

// Whether dequantize_ggml_row knows the type.
bool ggml_can_read(DType type);

// Bytes that `elements` weights (a multiple of 32) take.
std::size_t ggml_bytes(DType type, std::size_t elements);

// `row` is a whole number of blocks; `blocks` has ggml_bytes(type, row.size()) bytes.
BlockOutcome quantize_ggml_row(DType type, std::span<const float> row, std::span<std::byte> blocks);

void dequantize_ggml_row(DType type, std::span<const std::byte> blocks, std::span<float> row);

// Both at once without the bytes: the weights as the blocks would give them back.
BlockOutcome fake_quantize_ggml_row(DType type, std::span<const float> row, std::span<float> reconstruction);

// The codes alone, as they stand in the blocks (before q4_0's 8 and q5_0's 16 are taken off); for the plain
// reference and for showing them.
void ggml_codes_of_row(DType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes);

}  // namespace halfstep
