// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/array_places.h"

#include "core/model_files/numpy/fortran_order.h"
#include "core/model_files/swapped_bytes.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t most_kept = 32 << 20;  // bytes of transposed arrays

}  // namespace

bool count_elements(TensorInfo& info, const NpyType& type) {
    info.elements = std::ranges::find(info.shape, 0) == info.shape.end() ? 1 : 0;
    if (info.elements > 0)
        for (const std::int64_t extent : info.shape)
            if (__builtin_mul_overflow(info.elements, static_cast<std::uint64_t>(extent), &info.elements))
                return false;
    return info.elements <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) &&
           !__builtin_mul_overflow(info.elements, type.bytes, &info.bytes);
}

ArrayPlaces::ArrayPlaces(std::vector<std::shared_ptr<const InputFile>>& further_files)
    : further_files_(further_files), cache_(std::make_shared<ChunkCache>(most_kept)) {}

std::uint32_t ArrayPlaces::keep(std::shared_ptr<const InputFile> file) {
    further_files_.push_back(std::move(file));
    return static_cast<std::uint32_t>(further_files_.size());
}

void ArrayPlaces::put_in_order(TensorInfo& info, const NpyType& type, bool fortran_order,
                               std::shared_ptr<const InputFile> file) {
    if (type.swapped != 0 && info.elements > 0)
        move(info, file,
             std::make_unique<const SwappedBytes>(file, info.file_offset, info.bytes, type.swapped));
    const bool reordered = fortran_order && !same_in_either_order(info.shape);
    if (reordered && info.dtype != DType::unknown)
        move(info, file, from_fortran_order(file, info.file_offset, info.shape, type.bytes, cache_));
}

void ArrayPlaces::move(TensorInfo& info, std::shared_ptr<const InputFile>& file,
                       std::unique_ptr<const ByteSource> source) {
    file = std::make_shared<const InputFile>(file->path(), std::move(source));
    info.file = keep(file);
    info.file_offset = 0;
}

}  // namespace halfstep
