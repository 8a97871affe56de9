// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/held_weights.h"

#include "core/quantize/streamed_units.h"

#include <algorithm>

namespace halfstep {
namespace {

constexpr std::uint64_t line = 64;

}  // namespace

std::uint64_t HeldWeights::bytes_of(const MeasuringTask& task) {
    const TensorInfo& tensor = *task.tensor;
    const bool as_stored =
        tensor.dtype == DType::f32 || tensor.dtype == DType::f16 || tensor.dtype == DType::bf16;
    if (!as_stored || !matrix_layout(tensor).contiguous_rows() || !needs_limits_of_whole_tensor(task))
        return 0;
    const std::uint64_t bytes = (tensor.bytes + line - 1) / line * line;
    return bytes <= most_bytes ? bytes : 0;
}

void HeldWeights::make_room(std::span<MeasuringTask> tasks) {
    std::uint64_t wanted = 0;
    for (const MeasuringTask& task : tasks)
        wanted += bytes_of(task);
    wanted = std::min(wanted, most_bytes);
    if (size_ < wanted) {
        room_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(wanted + line));
        size_ = wanted;
    }
    const std::uint64_t past_line = reinterpret_cast<std::uintptr_t>(room_.get()) % line;
    std::byte* place = room_.get() + (past_line == 0 ? 0 : line - past_line);
    std::uint64_t left = size_;
    for (MeasuringTask& task : tasks) {
        const std::uint64_t bytes = bytes_of(task);
        task.held = {};
        if (bytes == 0 || bytes > left) continue;
        task.held = {place, static_cast<std::size_t>(task.tensor->bytes)};
        place += bytes;
        left -= bytes;
    }
}

}  // namespace halfstep
