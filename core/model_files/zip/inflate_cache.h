// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/zip/inflater.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace halfstep {

using InflateChunk = std::vector<std::byte>;
inline constexpr std::uint64_t inflate_chunk_bytes = 256 * 1024;

// What the entries of one archive keep between reads, limited for all of them together: the chunks that were
// inflated last, and the inflaters that can go on. Safe to use from any thread.
class InflateCache {
  public:
    // `owner` is the entry that asks. Null where it is not kept.
    std::shared_ptr<const InflateChunk> find(const void* owner, std::uint64_t number);
    void keep(const void* owner, std::uint64_t number, std::shared_ptr<const InflateChunk> chunk);

    // Takes out the inflater that the owner put in; null where there is none any more.
    std::unique_ptr<Inflater> take(const void* owner);
    void put(const void* owner, std::unique_ptr<Inflater> inflater);

    void forget(const void* owner);

  private:
    static constexpr std::size_t most_chunks = 64;  // 16 MiB
    static constexpr std::size_t most_inflaters = 16;

    struct KeptChunk {
        const void* owner;
        std::uint64_t number;
        std::shared_ptr<const InflateChunk> chunk;
    };
    struct KeptInflater {
        const void* owner;
        std::unique_ptr<Inflater> inflater;
    };

    std::mutex mutex_;
    std::list<KeptChunk> chunks_;  // used last first
    std::list<KeptInflater> inflaters_;
};

}  // namespace halfstep
