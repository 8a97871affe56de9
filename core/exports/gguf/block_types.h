// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/ggml_blocks.h"
#include "core/tensor/dtype.h"

#include <cstddef>
#include <span>

// The one place where the GGUF writer meets the quantizers of block types.
namespace halfstep {

// Whether this version writes blocks of the type.
bool can_write_blocks(DType type);

// `weights` are whole rows, or whole blocks of one; `importance` is of one row (or of these blocks), or
// empty; `blocks` is exactly as long as they are. Writes the blocks and gives back what they say: `weights`
// then holds the reconstruction.
BlockOutcome write_blocks(DType type, std::span<float> weights, std::span<const float> importance,
                          std::span<std::byte> blocks);

}  // namespace halfstep
