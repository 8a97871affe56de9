// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace halfstep {

// The file to open for a folder: its shard index, else model.safetensors, else the only safetensors or GGUF
// file (the parts of a split GGUF count as one), else the only ONNX file, else the only file of NumPy. Throws
// Error where there is none, or where several are equally good.
std::filesystem::path model_file_in(const std::filesystem::path& folder);

// The file really meant by `name` inside `folder`, links followed. Throws Error where it is missing or lies
// outside, save for the one layout that people's models have: the links of the Hugging Face cache from its
// snapshots/ to its blobs/.
std::filesystem::path resolve_inside(const std::filesystem::path& folder, std::string_view name);

}  // namespace halfstep
