// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/chunk_cache.h"
#include "core/model_files/zip/inflater.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

namespace halfstep {

inline constexpr std::uint64_t inflate_chunk_bytes = 256 * 1024;

// What the entries of one archive keep between reads, limited for all of them together: the chunks that were
// inflated last, and the inflaters that can go on. Safe to use from any thread.
class InflateCache {
  public:
    ChunkCache& chunks() { return chunks_; }

    // Takes out the inflater that the owner put in; null where there is none any more.
    std::unique_ptr<Inflater> take(const void* owner);
    void put(const void* owner, std::unique_ptr<Inflater> inflater);

    void forget(const void* owner);  // chunks included

  private:
    static constexpr std::size_t most_inflaters = 16;

    struct Kept {
        const void* owner;
        std::unique_ptr<Inflater> inflater;
    };

    ChunkCache chunks_{16 * 1024 * 1024};
    std::mutex mutex_;
    std::list<Kept> inflaters_;  // used last first
};

}  // namespace halfstep
