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
    if (buffer.size() < n) buffer.resize(n);
    const kernels::KernelTable& kernel = kernels::kernel_table();
    const auto* patterns = reinterpret_cast<const std::uint16_t*>(weights.bytes.data()) + at;
    (weights.dtype == DType::f16 ? kernel.convert_f16 : kernel.convert_bf16)(patterns, n, buffer.data());
    return {first, std::span<const float>(buffer).first(n), reinterpret_cast<const std::byte*>(patterns + n),
            kernels::lanes * sizeof(std::uint16_t)};
}

void BlockReader::load(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                       std::uint64_t count) {
    const auto n = static_cast<std::size_t>(count);
    if (tensor.dtype == DType::f16 || tensor.dtype == DType::bf16) {
        const std::size_t size = n * sizeof(std::uint16_t);
        if (patterns_.size() < size) patterns_.resize(size);
        model.read_bytes(tensor, first * sizeof(std::uint16_t), std::span(patterns_).first(size));
        weights_ = {tensor.dtype, first, std::span<const std::byte>(patterns_).first(size)};
        return;
    }
    if (floats_.size() < n) floats_.resize(n);
    model.read_floats(tensor, first, std::span(floats_).first(n));
    weights_ = {DType::f32, first, std::as_bytes(std::span<const float>(floats_).first(n))};
}

Window BlockReader::window(std::uint64_t first, std::uint64_t count) {
    return widened(weights_, first, count, widened_);
}

}  // namespace halfstep
