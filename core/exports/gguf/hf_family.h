// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace halfstep {

// The families of language models whose Hugging Face folders become GGUF files that llama.cpp runs.
enum class HfFamily : std::uint8_t { llama, qwen2, qwen3, gemma, gemma2, gemma3 };

// From config.json's model_type. Mistral's models are Llamas by their tensors, and GGUF calls them so.
std::optional<HfFamily> hf_family(std::string_view model_type);

std::string_view gguf_architecture(HfFamily family);

bool is_gemma(HfFamily family);

// The part of a config.json that speaks of the language model: the members of text_config, where there is
// one, before those of the whole.
nlohmann::json language_config(const nlohmann::json& config);

// The name that a tensor gets in GGUF; none for what the family's models in llama.cpp do not have.
std::optional<std::string> gguf_name(std::string_view tensor, HfFamily family);

// Tensors that are left out because a model in llama.cpp computes them itself, or sees and hears with them.
bool is_left_out(std::string_view tensor);

}  // namespace halfstep
