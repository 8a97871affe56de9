// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/block_types.h"

namespace halfstep {

bool can_write_blocks(DType type) {
    return ggml_can_write(type);
}

BlockOutcome write_blocks(DType type, std::span<float> weights, std::span<const float> importance,
                          std::span<std::byte> blocks) {
    const BlockOutcome outcome = quantize_ggml_row(type, weights, importance, blocks);
    dequantize_ggml_row(type, blocks, weights);
    return outcome;
}

}  // namespace halfstep
