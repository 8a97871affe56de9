// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/gguf/gguf_metadata.h"
#include "core/exports/gguf/hf_family.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace halfstep {

// Heads of the attention, which say how the rows of queries and keys are arranged.
struct HfHeads {
    std::uint64_t queries = 0;
    std::uint64_t keys = 0;
    std::uint64_t length = 0;  // of one head
};

// Both throw Error for numbers that are missing from the config.json, or out of all bounds.
HfHeads hf_heads(const nlohmann::json& config, HfFamily family);

// Sets the hyper-parameters that llama.cpp asks for: "<architecture>.block_count" and so on. `config` is a
// language_config().
void set_hf_parameters(GgufMetadata& metadata, const nlohmann::json& config, HfFamily family);

// What Llama 3.1 and later divide their rotary frequencies by, one number for each pair of a head; empty for
// models without that. GGUF keeps it as the tensor rope_freqs.weight.
std::vector<float> llama3_rope_factors(const nlohmann::json& config, std::uint64_t head_length);

}  // namespace halfstep
