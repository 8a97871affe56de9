// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace halfstep {

// What a *.safetensors.index.json says: which tensor is in which file beside it. In a *.weights.json of Keras
// it is groups of variables instead, which may be in several.
struct ShardIndex {
    // file name -> names of tensors or groups, each with whether it has been found there
    std::map<std::string, std::unordered_map<std::string, bool>> shards;
    std::optional<std::uint64_t> total_bytes;
};

// What is to be said where the shards do not hold as many bytes as the index says.
std::optional<Issue> note_on_total(const ShardIndex& index, std::uint64_t bytes);

// Throws Error for anything that is not a shard index, and for file names that are more than a name.
ShardIndex read_shard_index(const InputFile& file);

}  // namespace halfstep
