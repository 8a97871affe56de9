// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_source.h"
#include "core/model_files/chunk_cache.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// Elements that lie in a file at regular distances, axis by axis, and are read in row-major order: a
// transposed matrix, every second column, one row repeated. Gathered in blocks of up to 4 MiB, with as few
// reads of the file as their order allows; the last blocks are kept.
class StridedBytes : public ByteSource {
  public:
    struct Axis {
        std::uint64_t extent = 0;
        std::uint64_t stride = 0;  // bytes in the file; 0 repeats
    };

    // All of what the axes reach must lie in the file; the product of their extents and `element_bytes` must
    // be countable.
    StridedBytes(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::vector<Axis> axes,
                 std::uint64_t element_bytes, std::shared_ptr<ChunkCache> cache);
    ~StridedBytes() override;

    std::uint64_t size() const override { return elements_ * element_bytes_; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override;

  private:
    // A block is some indices of one axis with everything after it.
    struct Block {
        std::uint64_t number = 0;
        std::uint64_t first = 0;  // element
        std::uint64_t elements = 0;
    };
    Block block_of(std::uint64_t element) const;
    std::shared_ptr<const Chunk> gather(const Block& block, std::string_view tensor) const;

    const std::shared_ptr<const InputFile> file_;
    const std::uint64_t offset_;
    const std::vector<Axis> axes_;
    const std::uint64_t element_bytes_;
    const std::shared_ptr<ChunkCache> cache_;
    std::uint64_t elements_ = 1;
    std::size_t split_ = 0;        // the axis that is cut into blocks
    std::uint64_t inner_ = 1;      // elements after it
    std::uint64_t per_block_ = 1;  // indices of it in a block
};

}  // namespace halfstep
