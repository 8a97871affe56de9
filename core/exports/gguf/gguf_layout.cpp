// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/gguf_layout.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace halfstep {
namespace {

constexpr std::uint32_t version = 3;
constexpr std::size_t longest_name = 63;
constexpr std::size_t most_axes = 4;

constexpr std::uint64_t stretch_elements = std::uint64_t{1} << 17U;
constexpr std::uint64_t longest_row = std::uint64_t{1} << 20U;  // a longer one is divided; 256 divides this
constexpr std::uint64_t copied_bytes = std::uint64_t{1} << 20U;

template <class T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t padded(std::uint64_t size, std::uint64_t alignment) {
    return size + (alignment - size % alignment) % alignment;
}

std::uint32_t type_number(const GgufTensor& tensor) {
    const std::optional<std::uint32_t> number = gguf_type_number(tensor.type);
    if (!number)
        throw Error(fmt::format("GGUF has no type {} to store it in", traits(tensor.type).name),
                    {{}, tensor.name, {}}, "Convert the model to GGUF with llama.cpp and open that");
    return *number;
}

void check(const GgufTensor& tensor, std::unordered_set<std::string_view>& names) {
    const auto refuse = [&](const std::string& problem) {
        throw Error(problem, {{}, tensor.name, {}}, "Rename or reshape it, or leave it out");
    };
    if (tensor.name.size() > longest_name)
        refuse(fmt::format("its name has {} bytes, names in GGUF have at most {}", tensor.name.size(),
                           longest_name));
    if (tensor.shape.size() > most_axes)
        refuse(
            fmt::format("it has {} axes, tensors in GGUF have at most {}", tensor.shape.size(), most_axes));
    if (!names.insert(tensor.name).second) refuse("another tensor of the file has this name");
}

void append_info(std::string& infos, const GgufTensor& tensor, std::uint64_t offset) {
    infos += gguf_text(tensor.name);
    append(infos, static_cast<std::uint32_t>(tensor.shape.size()));
    for (std::size_t axis = tensor.shape.size(); axis-- > 0;)
        append(infos, tensor.shape[axis]);
    append(infos, type_number(tensor));
    append(infos, offset);
}

// Elements of a tensor that are converted together.
std::uint64_t together(const GgufTensor& tensor) {
    const std::uint64_t row = std::max<std::uint64_t>(tensor.row_elements(), 1);
    if (row > longest_row) return longest_row;
    return std::max<std::uint64_t>(stretch_elements / row, 1) * row;
}

void append_stretches(std::vector<GgufStretch>& stretches, const GgufTensor& tensor, std::uint32_t index,
                      std::uint64_t position) {
    const bool copied = tensor.copied();
    const std::uint64_t all = copied ? tensor.bytes() : tensor.elements();
    const std::uint64_t row = copied ? all : std::max<std::uint64_t>(tensor.row_elements(), 1);
    const std::uint64_t most = copied ? copied_bytes : together(tensor);
    const DTypeTraits& type = traits(tensor.type);
    for (std::uint64_t first = 0; first < all;) {
        std::uint64_t count = std::min(most, all - first);
        if (row > most) count = std::min(count, row - first % row);  // not across rows that are divided
        const std::uint64_t offset = copied ? first : first / type.block_elements * (type.block_bits / 8);
        stretches.push_back({index, first, count, position + offset});
        first += count;
    }
}

}  // namespace

GgufLayout lay_out_gguf(const GgufFile& file) {
    GgufLayout layout;
    layout.start = "GGUF";
    append(layout.start, version);
    append(layout.start, static_cast<std::uint64_t>(file.tensors.size()));
    append(layout.start, file.metadata.count());

    std::unordered_set<std::string_view> names;
    std::uint64_t offset = 0;
    for (const GgufTensor& tensor : file.tensors) {
        check(tensor, names);
        append_info(layout.tensor_infos, tensor, offset);
        layout.offsets.push_back(offset);
        offset = padded(offset + tensor.bytes(), file.alignment);
    }
    layout.data_start =
        padded(layout.start.size() + file.metadata.bytes() + layout.tensor_infos.size(), file.alignment);
    layout.file_bytes = layout.data_start + offset;
    for (std::uint32_t index = 0; index < file.tensors.size(); ++index)
        append_stretches(layout.stretches, file.tensors[index], index,
                         layout.data_start + layout.offsets[index]);
    return layout;
}

}  // namespace halfstep
