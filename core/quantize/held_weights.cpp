// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/held_weights.h"

#include "core/quantize/streamed_units.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace halfstep {
namespace {

constexpr std::uint64_t line = 64;
constexpr std::align_val_t page{std::size_t{2} << 20U};

}  // namespace

void HeldWeights::Release::operator()(std::byte* room) const {
    ::operator delete(room, page);
}

std::uint64_t HeldWeights::batch_bytes(unsigned threads) {
    constexpr std::uint64_t for_each_thread = std::uint64_t{8} << 20U;
    return std::clamp(threads * for_each_thread, most_bytes / 4, most_bytes);
}

std::uint64_t HeldWeights::bytes_of(const MeasuringTask& task) {
    const TensorInfo& tensor = *task.tensor;
    const bool as_stored =
        tensor.dtype == DType::f32 || tensor.dtype == DType::f16 || tensor.dtype == DType::bf16;
    if (!as_stored || !matrix_layout(tensor).contiguous_rows() || !needs_limits_of_whole_tensor(task))
        return 0;
    const std::uint64_t bytes = (tensor.readable_bytes() + line - 1) / line * line;
    return bytes <= most_bytes ? bytes : 0;
}

void HeldWeights::make_room(std::span<MeasuringTask> tasks) {
    std::uint64_t wanted = 0;
    for (const MeasuringTask& task : tasks)
        wanted += bytes_of(task);
    wanted = std::min(wanted, most_bytes);
    if (size_ < wanted) {
        room_.reset(static_cast<std::byte*>(::operator new(static_cast<std::size_t>(wanted), page)));
        size_ = wanted;
        // A hint: the first touch of each of thousands of small pages would cost more than a second reading.
        madvise(room_.get(), static_cast<std::size_t>(wanted), MADV_HUGEPAGE);
    }
    std::byte* place = room_.get();
    std::uint64_t left = size_;
    for (MeasuringTask& task : tasks) {
        const std::uint64_t bytes = bytes_of(task);
        task.held = {};
        if (bytes == 0 || bytes > left) continue;
        task.held = {place, static_cast<std::size_t>(task.tensor->readable_bytes())};
        place += bytes;
        left -= bytes;
    }
}

}  // namespace halfstep
