// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/strided_bytes.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// An array whose first axis is the contiguous one in the file, from `offset` on, as bytes with the last one
// contiguous.
std::unique_ptr<const ByteSource> from_fortran_order(std::shared_ptr<const InputFile> file,
                                                     std::uint64_t offset,
                                                     const std::vector<std::int64_t>& shape,
                                                     std::uint64_t element_bytes,
                                                     std::shared_ptr<ChunkCache> cache);

// Whether the order makes no difference: at most one axis has more than one place.
bool same_in_either_order(const std::vector<std::int64_t>& shape);

}  // namespace halfstep
