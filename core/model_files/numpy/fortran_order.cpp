// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/fortran_order.h"

#include <algorithm>
#include <utility>

namespace halfstep {

std::unique_ptr<const ByteSource> from_fortran_order(std::shared_ptr<const InputFile> file,
                                                     std::uint64_t offset,
                                                     const std::vector<std::int64_t>& shape,
                                                     std::uint64_t element_bytes,
                                                     std::shared_ptr<ChunkCache> cache) {
    std::vector<StridedBytes::Axis> axes;
    std::uint64_t stride = element_bytes;
    for (const std::int64_t extent : shape) {
        axes.push_back({static_cast<std::uint64_t>(extent), stride});
        stride *= static_cast<std::uint64_t>(extent);
    }
    return std::make_unique<const StridedBytes>(std::move(file), offset, std::move(axes), element_bytes,
                                                std::move(cache));
}

bool same_in_either_order(const std::vector<std::int64_t>& shape) {
    return std::ranges::count_if(shape, [](std::int64_t extent) { return extent != 1; }) <= 1 ||
           std::ranges::find(shape, 0) != shape.end();
}

}  // namespace halfstep
