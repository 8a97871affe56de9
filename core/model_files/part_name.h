// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace halfstep {

// The name of one file of a model that was divided: "PREFIX-00002-of-00005.gguf" (or .safetensors).
struct PartName {
    std::string prefix;
    std::uint64_t number = 0;  // from 1
    std::uint64_t count = 0;
    std::string extension;  // with its point
};

std::optional<PartName> parse_part_name(std::string_view file_name, std::string_view extension);
std::string print_part_name(const PartName& name);

// Keras 3 calls the shards of NAME.weights.json NAME_00000.weights.h5 and so on.
bool is_keras_index_name(std::string_view file_name);
bool is_keras_shard(std::string_view file_name);

}  // namespace halfstep
