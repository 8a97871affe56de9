// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/chunk_cache.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace halfstep {

// What the datasets of one file share when they are read.
struct Hdf5ChunkCache {
    ChunkCache chunks{std::size_t{64} << 20U};  // unpacked
    std::mutex unpacking;

    // Large chunks are unpacked one at a time, so that threads do not add up to more memory than there is.
    std::unique_lock<std::mutex> turn_to_unpack(std::uint64_t chunk_bytes);
};

// Where the elements of a dataset are read, row by row and little-endian.
struct Hdf5Data {
    std::shared_ptr<const InputFile> file;  // none: the HDF5 file itself
    std::uint64_t offset = 0;
};

// HDF5 itself is not needed for that: contiguous elements are read where they lie, chunks are unpacked by
// chunk_filters.
Hdf5Data data_of(Hdf5Dataset dataset, const std::shared_ptr<const InputFile>& file,
                 const std::shared_ptr<Hdf5ChunkCache>& cache);

}  // namespace halfstep
