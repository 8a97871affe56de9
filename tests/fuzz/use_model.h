// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

// What fuzz targets and tests of hostile files do with a reader's result.
namespace halfstep::fuzz {

inline std::shared_ptr<const InputFile> file_of(std::span<const std::uint8_t> data,
                                                const std::filesystem::path& path = "model") {
    const std::span<const std::byte> bytes = std::as_bytes(data);
    return std::make_shared<const InputFile>(path, std::vector(bytes.begin(), bytes.end()));
}

// Reads a little of both ends of every tensor. Throws Error where that cannot be read.
inline void use_tensors(const Model& model) {
    for (const TensorInfo& tensor : model.tensors()) {
        const std::uint64_t readable = tensor.readable_bytes();
        std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(readable, 64)));
        model.read_bytes(tensor, readable - bytes.size(), bytes);
        if (!tensor.measurable()) continue;
        std::vector<float> values(static_cast<std::size_t>(std::min<std::uint64_t>(tensor.elements, 64)));
        model.read_floats(tensor, 0, values);
        model.read_floats(tensor, tensor.elements - values.size(), values);
    }
}

// Of what was read from `file`, without the file system.
inline void use_model(std::shared_ptr<const InputFile> file, FileContents& read,
                      std::vector<std::shared_ptr<const InputFile>>& further_files) {
    Model::Contents contents;
    contents.tensors = std::move(read.tensors);
    contents.files = std::move(further_files);
    contents.files.insert(contents.files.begin(), std::move(file));
    use_tensors(Model(std::move(contents)));
}

}  // namespace halfstep::fuzz
