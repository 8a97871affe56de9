// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The one table of what the tensors of Llama-like models are called: in Hugging Face models
// ("model.layers.3.mlp.down_proj.weight"), in llama2.c's and Meta's own files
// ("layers.3.feed_forward.w2.weight"), and in GGUF ("blk.3.ffn_down.weight").
namespace halfstep {

// The name that a tensor gets in GGUF, from any of the three; GGUF names stay. None where no rule is known.
std::optional<std::string> gguf_name(std::string_view tensor);

// The name that a tensor has in Hugging Face models, from any of the three; Hugging Face names stay. None
// where no rule is known.
std::optional<std::string> hf_name(std::string_view tensor);

// The names that the matrices of a GGUF stack of experts ("blk.3.ffn_up_exps.weight", `experts` of them) have
// in Hugging Face models of that GGUF architecture, first expert first. Empty where no rule is known.
std::vector<std::string> hf_expert_names(std::string_view tensor, std::string_view architecture,
                                         std::size_t experts);

}  // namespace halfstep
