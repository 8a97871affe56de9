// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace halfstep {

using Chunk = std::vector<std::byte>;

// Pieces of bytes that had to be made out, kept for as long as there is room: those that were used last, of
// all owners together. Safe to use from any thread.
class ChunkCache {
  public:
    explicit ChunkCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    // `owner` is the source of the bytes. Null where the chunk is not kept.
    std::shared_ptr<const Chunk> find(const void* owner, std::uint64_t number);
    void keep(const void* owner, std::uint64_t number, std::shared_ptr<const Chunk> chunk);
    void forget(const void* owner);

  private:
    struct Kept {
        const void* owner;
        std::uint64_t number;
        std::shared_ptr<const Chunk> chunk;
    };

    const std::size_t most_bytes_;
    std::mutex mutex_;
    std::list<Kept> chunks_;  // used last first
    std::size_t bytes_ = 0;
};

}  // namespace halfstep
