// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"

#include "core/model_files/input_file.h"
#include "core/model_files/stored_values.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

void check_range(std::uint64_t first, std::uint64_t count, std::uint64_t available) {
    if (first > available || count > available - first)
        throw std::out_of_range("a read beyond the end of a tensor");
}

}  // namespace

// Names are sorted side by side: through the tensors, each comparison would wait for memory twice.
Model::Model(Contents contents) : contents_(std::move(contents)) {
    std::vector<std::pair<std::string_view, std::size_t>> names;
    names.reserve(contents_.tensors.size());
    for (const TensorInfo& tensor : contents_.tensors)
        names.emplace_back(tensor.name, names.size());
    std::ranges::sort(names);
    by_name_.reserve(names.size());
    for (const auto& [name, index] : names)
        by_name_.push_back(index);
}

const TensorInfo* Model::find(std::string_view tensor_name) const {
    const auto found = std::lower_bound(
        by_name_.begin(), by_name_.end(), tensor_name,
        [this](std::size_t index, std::string_view name) { return contents_.tensors[index].name < name; });
    if (found == by_name_.end() || contents_.tensors[*found].name != tensor_name) return nullptr;
    return &contents_.tensors[*found];
}

std::uint64_t Model::parameters() const {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : contents_.tensors)
        sum += tensor.elements;
    return sum;
}

std::uint64_t Model::bytes() const {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : contents_.tensors)
        sum += tensor.bytes;
    return sum;
}

void Model::read_bytes(const TensorInfo& tensor, std::uint64_t first, std::span<std::byte> into) const {
    check_range(first, into.size(), tensor.readable_bytes());
    contents_.files.at(tensor.file)->read_at(tensor.file_offset + first, into, tensor.name);
}

void Model::read_floats(const TensorInfo& tensor, std::uint64_t first, std::span<float> into) const {
    check_range(first, into.size(), tensor.elements);
    if (tensor.dtype != DType::f32) return read_stored_values(*this, tensor, first, into);
    read_bytes(tensor, first * sizeof(float), std::as_writable_bytes(into));
}

void Model::read_doubles(const TensorInfo& tensor, std::uint64_t first, std::span<double> into) const {
    check_range(first, into.size(), tensor.elements);
    if (tensor.dtype != DType::f64) return read_stored_values(*this, tensor, first, into);
    read_bytes(tensor, first * sizeof(double), std::as_writable_bytes(into));
}

}  // namespace halfstep
