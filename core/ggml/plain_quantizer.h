// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/ggml_blocks.h"

// What ggml_blocks.h promises, one weight after the other: the reference that faster code is held against.
namespace halfstep {

BlockOutcome plain_quantize_ggml_row(DType type, std::span<const float> weights,
                                     std::span<const float> importance, std::span<std::byte> blocks);

BlockOutcome plain_fake_quantize_ggml_row(DType type, std::span<const float> weights,
                                          std::span<const float> importance, std::span<float> reconstruction);

}  // namespace halfstep
