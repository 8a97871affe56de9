// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/trace_steps.h"
#include "core/analysis/weight_trace.h"

#include <cstddef>
#include <optional>
#include <span>

namespace halfstep {

// One weight of a GGUF block: the block's bytes with what they are for, and how ggml reads the weight. Which
// bits that are is found by trying each bit on the decoder itself.
struct BlockTrace {
    StoredBytes stored;
    TraceSteps decoding;  // ends with the weight
    std::optional<TraceUnit> sub_unit;
    bool lattice = false;
};

// `block` is one block of a readable type, `index` an element of it.
BlockTrace trace_block(DType type, std::span<const std::byte> block, std::size_t index);

// The arithmetic from a weight to its code, as ggml's reference quantizer does it once it has the block's
// scales; `weights` are the block's, all finite, `block` what became of them. False where the quantizer keeps
// the code that its search for a scale found, which is not one weight's own arithmetic.
bool trace_block_code(DType type, std::span<const float> weights, std::span<const std::byte> block,
                      std::size_t index, TraceSteps& steps);

}  // namespace halfstep
