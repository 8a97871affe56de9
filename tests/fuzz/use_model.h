// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

// What fuzz targets do with a reader's result, without the file system.
namespace halfstep::fuzz {

inline std::shared_ptr<const InputFile> file_of(std::span<const std::uint8_t> data) {
    std::vector<std::byte> bytes(data.size());
    if (!data.empty()) std::memcpy(bytes.data(), data.data(), data.size());
    return std::make_shared<const InputFile>("model", std::move(bytes));
}

// Reads a little of both ends of every tensor. Throws Error where that cannot be read.
inline void use_model(std::shared_ptr<const InputFile> file, FileContents& read,
                      std::vector<std::shared_ptr<const InputFile>>& further_files) {
    Model::Contents contents;
    contents.tensors = std::move(read.tensors);
    contents.files = std::move(further_files);
    contents.files.insert(contents.files.begin(), std::move(file));
    const Model model(std::move(contents));
    for (const TensorInfo& tensor : model.tensors()) {
        std::vector<float> values(static_cast<std::size_t>(std::min<std::uint64_t>(tensor.elements, 64)));
        if (!tensor.measurable()) continue;
        model.read_floats(tensor, 0, values);
        model.read_floats(tensor, tensor.elements - values.size(), values);
    }
}

}  // namespace halfstep::fuzz
