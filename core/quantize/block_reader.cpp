// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/block_reader.h"

#include "core/kernels/kernel_table.h"

namespace halfstep {

kernels::Segment Window::segment(std::uint64_t from, std::size_t n, bool all_finite) const {
    kernels::Segment segment = kernels::lone_segment(part(from, n).data(), n, all_finite);
    if (ahead != nullptr) {
        const auto blocks = static_cast<std::size_t>(from - first) / kernels::lanes;
        segment.ahead = ahead + blocks * ahead_step;
        segment.ahead_step = ahead_step;
    }
    return segment;
}

Window widened(const StoredWeights& weights, std::uint64_t first, std::uint64_t count,
               CacheLineVector<float>& buffer) {
    const auto at = static_cast<std::size_t>(first - weights.first);
    const auto n = static_cast<std::size_t>(count);
    if (weights.dtype == DType::f32) {
        const auto* values = reinterpret_cast<const float*>(weights.bytes.data()) + at;
        return {first,
                {values, n},
                reinterpret_cast<const std::byte*>(values + n),
                kernels::lanes * sizeof(float)};
    }
    grow_to(buffer, n);
    const kernels::KernelTable& kernel = kernels::kernel_table();
    const auto* patterns = reinterpret_cast<const std::uint16_t*>(weights.bytes.data()) + at;
    (weights.dtype == DType::f16 ? kernel.convert_f16 : kernel.convert_bf16)(patterns, n, buffer.data());
    return {first, std::span<const float>(buffer).first(n), reinterpret_cast<const std::byte*>(patterns + n),
            kernels::lanes * sizeof(std::uint16_t)};
}

template <class ReadPatterns, class ReadFloats>
void BlockReader::load_with(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                            const ReadPatterns& read_patterns, const ReadFloats& read_floats) {
    const auto n = static_cast<std::size_t>(count);
    if (tensor.dtype == DType::f16 || tensor.dtype == DType::bf16) {
        grow_to(patterns_, n);
        const std::span<std::uint16_t> patterns = std::span(patterns_).first(n);
        read_patterns(patterns);
        weights_ = {tensor.dtype, first, std::as_bytes(patterns)};
    } else {
        grow_to(floats_, n);
        const std::span<float> floats = std::span(floats_).first(n);
        read_floats(floats);
        weights_ = {DType::f32, first, std::as_bytes(floats)};
    }
}

void BlockReader::load(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                       std::uint64_t count) {
    load_with(
        tensor, first, count,
        [&](std::span<std::uint16_t> into) { rows_.read_patterns(model, tensor, first, into); },
        [&](std::span<float> into) { rows_.read_floats(model, tensor, first, into); });
}

void BlockReader::load_in_file_order(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                                     std::uint64_t count) {
    load_with(
        tensor, first, count,
        [&](std::span<std::uint16_t> into) {
            model.read_bytes(tensor, first * sizeof(std::uint16_t), std::as_writable_bytes(into));
        },
        [&](std::span<float> into) { model.read_floats(tensor, first, into); });
}

void BlockReader::load_held(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                            std::uint64_t count, std::span<std::byte> held) {
    const std::size_t size = tensor.dtype == DType::f32 ? sizeof(float) : sizeof(std::uint16_t);
    const std::span<std::byte> part =
        held.subspan(static_cast<std::size_t>(first) * size, static_cast<std::size_t>(count) * size);
    model.read_bytes(tensor, first * size, part);
    weights_ = {tensor.dtype, first, part};
}

void BlockReader::use_held(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                           std::span<const std::byte> held) {
    const std::size_t size = tensor.dtype == DType::f32 ? sizeof(float) : sizeof(std::uint16_t);
    weights_ = {tensor.dtype, first,
                held.subspan(static_cast<std::size_t>(first) * size, static_cast<std::size_t>(count) * size)};
}

Window BlockReader::window(std::uint64_t first, std::uint64_t count) {
    return widened(weights_, first, count, widened_);
}

}  // namespace halfstep
