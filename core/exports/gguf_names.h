// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace halfstep {

// The name that a tensor of a Llama-like model gets in a GGUF file, from its Hugging Face name
// ("model.layers.3.mlp.down_proj.weight") or its llama2.c name ("layers.3.feed_forward.w2.weight"); GGUF
// names
// ("blk.3.ffn_down.weight") stay. None where no rule is known.
std::optional<std::string> gguf_name(std::string_view tensor);

// The tensors that llama-quantize can change: weights of at least two dimensions but for norms, routers,
// positions and the small ones of state-space and RWKV models. `name` is the GGUF name.
bool llama_quantize_changes(std::string_view name, std::size_t dimensions);

// The axes that ggml counts: it drops leading ones of one element, and a matrix of one row is a vector.
std::size_t ggml_dimensions(const TensorInfo& tensor);

}  // namespace halfstep
