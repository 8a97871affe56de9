// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Valid files, as small as they can be while they have all parts of their formats, to be damaged.
namespace halfstep::testing {

std::string small_safetensors();
std::string small_index();  // of one shard, shard.safetensors, which is the file above

struct SmallModel {
    std::string file;  // a name for it
    std::string bytes;
};

// One of every format; the ONNX file has external data in shard.safetensors.
std::vector<SmallModel> small_models();

// Opens the model and reads a little of every tensor. An Error is as good an answer as success, if it names a
// file of the model's folder and is a single line.
bool opens(const std::filesystem::path& path);

}  // namespace halfstep::testing
