// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace halfstep {

// What a *.safetensors.index.json says: which tensor is in which file beside it.
struct ShardIndex {
    // file name -> tensor names, each with whether the tensor has been found there
    std::map<std::string, std::unordered_map<std::string, bool>> shards;
    std::optional<std::uint64_t> total_bytes;
};

// Throws Error for anything that is not a shard index, and for file names that are more than a name.
ShardIndex read_shard_index(const InputFile& file);

}  // namespace halfstep
