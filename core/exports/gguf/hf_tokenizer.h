// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace halfstep {

// A token that was added to a tokenizer's vocabulary, or is singled out in it.
struct AddedToken {
    std::uint64_t id = 0;
    std::string content;
    bool special = false;
};

// What a tokenizer.json says (Hugging Face tokenizers): a vocabulary with byte-pair merges, and how text is
// prepared for it.
struct HfTokenizer {
    std::string type;            // "BPE", "Unigram"
    bool byte_fallback = false;  // what is no token becomes tokens of single bytes
    std::vector<std::pair<std::string, std::uint64_t>> vocabulary;
    std::vector<std::pair<std::string, std::string>> merges;  // best first
    std::vector<AddedToken> added;
    nlohmann::json normalizer;
    nlohmann::json pre_tokenizer;
    nlohmann::json post_processor;
};

// None where there is no such file. Throws Error for one that is not what it should be, with the byte.
std::optional<HfTokenizer> read_hf_tokenizer(const std::filesystem::path& folder, const JobContext& job = {});

}  // namespace halfstep
