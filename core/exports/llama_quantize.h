// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <cstddef>
#include <string_view>

namespace halfstep {

// The tensors that llama-quantize can change: weights of at least two dimensions but for norms, routers,
// positions and the small ones of state-space and RWKV models. `name` is the GGUF name.
bool llama_quantize_changes(std::string_view name, std::size_t dimensions);

// The axes that ggml counts: it drops leading ones of one element, and a matrix of one row is a vector.
std::size_t ggml_dimensions(const TensorInfo& tensor);

}  // namespace halfstep
