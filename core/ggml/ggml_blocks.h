// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstddef>
#include <cstdint>
#include <span>

// The GGUF block types, byte for byte as ggml's reference quantizers write them on x86-64, with and without
// importance weights, and read as ggml reads them (ggml-quants.c of ggml 0.21.0). A row is a whole number of
// blocks; weights have to be finite (callers put 0 where they are not), importance finite and not negative.
//
// Everything here throws an Error for a type that it cannot read (or write), and for rows and spans of a
// wrong size.
namespace halfstep {

struct BlockOutcome {
    // Codes that lay outside the codes that there are and were cut to the outermost one. Not counted for
    // iq4_nl and iq4_xs, whose codes are numbers of a codebook's values.
    std::uint64_t clipped = 0;
    bool scale_overflow = false;  // a scale or minimum is no finite float16: llama.cpp refuses such a block
    // mxfp4: the weights ask for an exponent below the smallest one, which was written. ggml's own bytes are
    // different, and of no use, there.
    bool scale_underflow = false;

    BlockOutcome& operator+=(const BlockOutcome& other);
};

// All block types of ggml. q8_1 and q8_K, which ggml keeps activations in, and the lattice types (iq1_s,
// iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s) can be read but not written.
bool ggml_can_read(DType type);
bool ggml_can_write(DType type);

// Bytes that `elements` weights take.
std::size_t ggml_bytes(DType type, std::size_t elements);

// `importance` has a number for each weight of a row, or is empty for none (q8_0, mxfp4, nvfp4, tq1_0, tq2_0,
// q1_0 and q2_0 do not use it); `weights` is one such row or several, one after the other; `blocks` has
// ggml_bytes(type, weights.size()) bytes.
BlockOutcome quantize_ggml_row(DType type, std::span<const float> weights, std::span<const float> importance,
                               std::span<std::byte> blocks);

void dequantize_ggml_row(DType type, std::span<const std::byte> blocks, std::span<float> row);

// Both at once without the bytes: the weights as the blocks would give them back. `reconstruction` may be
// `weights`.
BlockOutcome fake_quantize_ggml_row(DType type, std::span<const float> weights,
                                    std::span<const float> importance, std::span<float> reconstruction);

// Whether elements have a code of their own (all but the lattice types), and these codes, as they stand in
// the blocks (before q4_0's 8 or q3_K's 4 is taken off); for the plain reference and for showing them.
bool ggml_has_codes(DType type);
void ggml_codes_of_row(DType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes);

}  // namespace halfstep
