// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/external_files.h"

#include "core/model_files/model_folder.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>

namespace halfstep {
namespace {

// Backslashes separate folders where such a file may have been written.
bool leaves_folder(const std::string& location) {
    const std::filesystem::path path(location);
    return path.is_absolute() || location.find('\\') != std::string::npos ||
           location.find('\0') != std::string::npos ||
           std::any_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

std::uint32_t ExternalFiles::file_at(const ByteReader& bytes, const OnnxTensor& tensor) {
    const std::string& location = tensor.external.location;
    if (const auto known = numbers_.find(location); known != numbers_.end()) return known->second;
    if (leaves_folder(location))
        bytes.fail(fmt::format("its data is said to be in '{}', which is no place inside the model's folder",
                               quotable(location)),
                   tensor.message.begin);
    files_.push_back(
        std::make_shared<const InputFile>(folder_ / location, resolve_inside(folder_, location)));
    const auto number = static_cast<std::uint32_t>(files_.size() - 1);
    numbers_.emplace(location, number);
    return number;
}

ExternalPlace ExternalFiles::find(const ByteReader& bytes, const OnnxTensor& tensor) {
    const std::uint32_t number = file_at(bytes, tensor);
    const InputFile& file = *files_[number];
    const ExternalData& external = tensor.external;
    const OnnxType* type = onnx_type(tensor.data_type);
    const bool has_size = type != nullptr && type->bits != 0;
    const std::uint64_t needed = has_size ? tensor.bytes : external.length.value_or(0);
    if (has_size && external.length.value_or(needed) != needed)
        bytes.fail(fmt::format("its shape and type need {} bytes, its external data has {}", needed,
                               *external.length),
                   tensor.message.begin);
    if (external.offset > file.size() || needed > file.size() - external.offset)
        bytes.fail(
            fmt::format("its data should be bytes {} to {} of '{}', which has {} bytes", external.offset,
                        external.offset + needed, quotable(external.location), file.size()),
            tensor.message.begin);
    return {number, external.offset, needed};
}

}  // namespace halfstep
