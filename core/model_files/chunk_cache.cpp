// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/chunk_cache.h"

#include <algorithm>
#include <utility>

namespace halfstep {

std::shared_ptr<const Chunk> ChunkCache::find(const void* owner, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(chunks_.begin(), chunks_.end(), [&](const Kept& kept) {
        return kept.owner == owner && kept.number == number;
    });
    if (found == chunks_.end()) return nullptr;
    chunks_.splice(chunks_.begin(), chunks_, found);
    return chunks_.front().chunk;
}

void ChunkCache::keep(const void* owner, std::uint64_t number, std::shared_ptr<const Chunk> chunk) {
    const std::lock_guard lock(mutex_);
    bytes_ += chunk->size();
    chunks_.push_front({owner, number, std::move(chunk)});
    while (bytes_ > most_bytes_ && chunks_.size() > 1) {
        bytes_ -= chunks_.back().chunk->size();
        chunks_.pop_back();
    }
}

void ChunkCache::forget(const void* owner) {
    const std::lock_guard lock(mutex_);
    for (auto kept = chunks_.begin(); kept != chunks_.end();) {
        if (kept->owner == owner) {
            bytes_ -= kept->chunk->size();
            kept = chunks_.erase(kept);
        } else {
            ++kept;
        }
    }
}

}  // namespace halfstep
