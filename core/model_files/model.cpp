// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"

#include "core/model_files/input_file.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace halfstep {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

void check_range(std::uint64_t first, std::uint64_t count, std::uint64_t available) {
    if (first > available || count > available - first)
        throw std::out_of_range("a read beyond the end of a tensor");
}

// Reads elements stored as Stored through a buffer on the stack, converting each.
template <typename Stored, typename Value, typename Convert>
void read_converted(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::span<Value> into,
                    Convert convert) {
    constexpr std::size_t chunk = 65536 / sizeof(Stored);
    std::array<Stored, chunk> buffer;
    while (!into.empty()) {
        const std::size_t count = std::min(into.size(), chunk);
        model.read_bytes(tensor, first * sizeof(Stored),
                         std::as_writable_bytes(std::span(buffer.data(), count)));
        for (std::size_t index = 0; index < count; ++index)
            into[index] = convert(buffer[index]);
        into = into.subspan(count);
        first += count;
    }
}

template <typename Value>
void read_values(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::span<Value> into) {
    check_range(first, into.size(), tensor.elements);
    const auto as_value = [](auto stored) { return static_cast<Value>(stored); };
    switch (tensor.dtype) {
        case DType::f64:
            return read_converted<double>(model, tensor, first, into, as_value);
        case DType::f32:
            return read_converted<float>(model, tensor, first, into, as_value);
        case DType::f16:
            return read_converted<std::uint16_t>(model, tensor, first, into, [](std::uint16_t bits) {
                return static_cast<Value>(f16_to_f32(bits));
            });
        case DType::bf16:
            return read_converted<std::uint16_t>(model, tensor, first, into, [](std::uint16_t bits) {
                return static_cast<Value>(bf16_to_f32(bits));
            });
        default:
            throw std::invalid_argument("a tensor of this type cannot be read as numbers");
    }
}

}  // namespace

Model::Model(Contents contents) : contents_(std::move(contents)), by_name_(contents_.tensors.size()) {
    std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
    std::sort(by_name_.begin(), by_name_.end(), [this](std::size_t a, std::size_t b) {
        return contents_.tensors[a].name < contents_.tensors[b].name;
    });
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
    check_range(first, into.size(), tensor.bytes);
    contents_.files.at(tensor.file)->read_at(tensor.file_offset + first, into, tensor.name);
}

void Model::read_floats(const TensorInfo& tensor, std::uint64_t first, std::span<float> into) const {
    if (tensor.dtype != DType::f32) return read_values(*this, tensor, first, into);
    check_range(first, into.size(), tensor.elements);
    read_bytes(tensor, first * sizeof(float), std::as_writable_bytes(into));
}

void Model::read_doubles(const TensorInfo& tensor, std::uint64_t first, std::span<double> into) const {
    if (tensor.dtype != DType::f64) return read_values(*this, tensor, first, into);
    check_range(first, into.size(), tensor.elements);
    read_bytes(tensor, first * sizeof(double), std::as_writable_bytes(into));
}

}  // namespace halfstep
