// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/gguf/gguf_metadata.h"
#include "core/exports/gguf/hf_tokenizer.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>

namespace halfstep {

// Where a Hugging Face folder names the tokens that begin and end a text.
struct SpecialTokenSources {
    const HfTokenizer* tokenizer = nullptr;  // may be null
    const nlohmann::json& tokenizer_config;
    const nlohmann::json& config;  // the language_config()
    std::uint64_t rows = 0;        // tokens that the model has; a number beyond is not used
};

// Sets the numbers of the special tokens and which of them belong around every text. tokenizer_config.json
// names them by their text, and counts before config.json, which has numbers.
void set_special_tokens(GgufMetadata& metadata, const SpecialTokenSources& sources);

// From chat_template.jinja or tokenizer_config.json, where there is one.
void set_chat_template(GgufMetadata& metadata, const std::filesystem::path& folder,
                       const nlohmann::json& tokenizer_config);

}  // namespace halfstep
