// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_listing.h"

#include <cstddef>
#include <vector>

namespace halfstep {

// Undoes the filters that a chunk was written through: deflate, shuffle, and the checksum fletcher32, which
// is verified. Gives chunk_bytes bytes. Throws std::runtime_error saying what is wrong with the chunk.
std::vector<std::byte> unpack_chunk(std::vector<std::byte> stored, const Hdf5Dataset& dataset,
                                    const Hdf5Chunk& chunk);

}  // namespace halfstep
