// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/stored_values.h"

#include "core/ggml/ggml_blocks.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

namespace halfstep {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

constexpr std::size_t buffer_bytes = 65'536;
constexpr std::size_t decoded_elements = 4096;  // whole blocks of every type

// Reads elements stored as Stored through a buffer on the stack, converting each.
template <typename Stored, typename Value, typename Convert>
void read_converted(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::span<Value> into,
                    Convert convert) {
    constexpr std::size_t chunk = buffer_bytes / sizeof(Stored);
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

// Dequantizes some whole blocks and hands out what is wanted of them: all but `skipped` elements at their
// start, as far as `into` reaches. Returns how many that are.
template <typename Value>
std::size_t decode(DType type, std::span<const std::byte> blocks, std::size_t skipped,
                   std::span<Value> into) {
    const std::size_t block = traits(type).block_elements;
    const std::size_t block_bytes = traits(type).block_bits / 8;
    const std::size_t elements = blocks.size() / block_bytes * block;
    std::array<float, decoded_elements> decoded;
    std::size_t given = 0;
    for (std::size_t at = 0; at < elements; at += decoded_elements) {
        const std::size_t count = std::min(decoded_elements, elements - at);
        const std::span<float> values = std::span(decoded).first(count);
        dequantize_ggml_row(type, blocks.subspan(at / block * block_bytes, count / block * block_bytes),
                            values);
        const std::size_t begin = at < skipped ? std::min(skipped - at, count) : 0;
        const std::size_t wanted = std::min(count - begin, into.size() - given);
        std::copy_n(values.subspan(begin).begin(), wanted, into.subspan(given).begin());
        given += wanted;
    }
    return given;
}

template <typename Value>
void read_blocks(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::span<Value> into) {
    const DTypeTraits& type = traits(tensor.dtype);
    const std::uint64_t block_bytes = type.block_bits / 8;
    const std::uint64_t most_blocks = buffer_bytes / block_bytes;
    std::array<std::byte, buffer_bytes> buffer;
    while (!into.empty()) {
        const std::uint64_t block = first / type.block_elements;
        const auto skipped = static_cast<std::size_t>(first % type.block_elements);
        const std::uint64_t wanted = (skipped + into.size() - 1) / type.block_elements + 1;
        const std::uint64_t bytes = std::min(wanted, most_blocks) * block_bytes;
        const std::span<std::byte> blocks = std::span(buffer).first(static_cast<std::size_t>(bytes));
        model.read_bytes(tensor, block * block_bytes, blocks);
        const std::size_t given = decode(tensor.dtype, blocks, skipped, into);
        into = into.subspan(given);
        first += given;
    }
}

template <typename Value>
void read_values(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::span<Value> into) {
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
        case DType::f8_e4m3:
            return read_converted<std::uint8_t>(model, tensor, first, into, [](std::uint8_t bits) {
                return static_cast<Value>(f8_e4m3_to_f32(bits));
            });
        case DType::f8_e5m2:
            return read_converted<std::uint8_t>(model, tensor, first, into, [](std::uint8_t bits) {
                return static_cast<Value>(f8_e5m2_to_f32(bits));
            });
        default:
            if (!is_measurable(tensor.dtype))
                throw std::invalid_argument("a tensor of this type cannot be read as numbers");
            return read_blocks(model, tensor, first, into);
    }
}

}  // namespace

void read_stored_values(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                        std::span<float> into) {
    read_values(model, tensor, first, into);
}

void read_stored_values(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                        std::span<double> into) {
    read_values(model, tensor, first, into);
}

}  // namespace halfstep
