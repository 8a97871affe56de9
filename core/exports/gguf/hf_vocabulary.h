// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/exports/gguf/gguf_metadata.h"
#include "core/exports/gguf/hf_tokenizer.h"
#include "core/exports/gguf/sentencepiece_file.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// The tokens of a model as GGUF keeps them (tokenizer.ggml.*).
struct GgufVocabulary {
    std::string model;  // "gpt2": byte-level pairs with merges; "llama": SentencePiece-like, with scores
    std::string pre;    // how text is cut into words
    std::vector<std::string> tokens;
    std::vector<std::int32_t> kinds;  // TokenKind
    std::vector<float> scores;        // "llama" only
    std::vector<std::string> merges;  // "gpt2" only
    std::optional<bool> space_prefix;
};

// From a tokenizer.json; none, with an issue, where llama.cpp has nothing of the kind. `rows` is how many
// tokens the model's embedding has: missing ones get names that no text produces, those beyond are left out.
std::optional<GgufVocabulary> vocabulary_of(const HfTokenizer& tokenizer, std::uint64_t rows,
                                            std::vector<Issue>& issues, const JobContext& job = {});

// From a tokenizer.model. The added tokens are listed in tokenizer_config.json, or in the older
// added_tokens.json.
GgufVocabulary vocabulary_of(const SentencePieceFile& file, const nlohmann::json& tokenizer_config,
                             const nlohmann::json& added_tokens, std::uint64_t rows);

// Sets all keys about tokens for the model in a folder: the vocabulary (tokenizer.model before
// tokenizer.json, as llama.cpp's converter does), the special tokens and the chat template. `config` is the
// language_config().
void set_hf_tokens(GgufMetadata& metadata, const std::filesystem::path& folder, const nlohmann::json& config,
                   std::uint64_t rows, std::vector<Issue>& issues, const JobContext& job);

}  // namespace halfstep
