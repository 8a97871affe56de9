// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace halfstep {

// The name that llama.cpp knows the way of cutting text into words by (tokenizer.ggml.pre), from a
// tokenizer.json's "pre_tokenizer"; none for one that it does not know. llama.cpp's own converter recognizes
// tokenizers by the tokens of a sample text instead; this goes by the pattern itself, so that models with a
// vocabulary of their own are recognized too.
std::optional<std::string> pre_tokenizer_name(const nlohmann::json& pre_tokenizer);

}  // namespace halfstep
