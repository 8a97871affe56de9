// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace halfstep {

// The chunks of one file that were unpacked last. Safe to use from any thread.
class Hdf5ChunkCache {
  public:
    using Chunk = std::shared_ptr<const std::vector<std::byte>>;

    Chunk find(const void* dataset, std::uint64_t chunk);  // null where it is not kept
    void keep(const void* dataset, std::uint64_t chunk, Chunk bytes);
    // Large chunks are unpacked one at a time, so that threads do not add up to more memory than there is.
    std::unique_lock<std::mutex> turn_to_unpack(std::uint64_t chunk_bytes);

  private:
    struct Kept {
        const void* dataset;
        std::uint64_t chunk;
        Chunk bytes;
    };

    std::mutex unpacking_;
    std::mutex mutex_;      // guards what follows
    std::list<Kept> kept_;  // the latest first
    std::size_t bytes_ = 0;
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
