// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/ggml_blocks.h"
#include "core/kernels/blocks/block_run.h"

#include <optional>

namespace halfstep {

// What ggml_blocks.h promises, by the kernels of this processor, with the bytes of plain_quantize_ggml_row.
// None where there is no kernel for the type.
std::optional<BlockOutcome> fast_quantize_ggml_row(DType type, std::span<const float> weights,
                                                   std::span<const float> importance,
                                                   std::span<std::byte> blocks);

// The same on a given set of kernels, for tests and benchmarks.
std::optional<BlockOutcome> fast_quantize_ggml_row(const kernels::BlockKernels& kernels, DType type,
                                                   std::span<const float> weights,
                                                   std::span<const float> importance,
                                                   std::span<std::byte> blocks);

}  // namespace halfstep
