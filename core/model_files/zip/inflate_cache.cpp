// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/inflate_cache.h"

#include <algorithm>
#include <utility>

namespace halfstep {

std::shared_ptr<const InflateChunk> InflateCache::find(const void* owner, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(chunks_.begin(), chunks_.end(), [&](const KeptChunk& kept) {
        return kept.owner == owner && kept.number == number;
    });
    if (found == chunks_.end()) return nullptr;
    chunks_.splice(chunks_.begin(), chunks_, found);
    return chunks_.front().chunk;
}

void InflateCache::keep(const void* owner, std::uint64_t number, std::shared_ptr<const InflateChunk> chunk) {
    const std::lock_guard lock(mutex_);
    chunks_.push_front({owner, number, std::move(chunk)});
    if (chunks_.size() > most_chunks) chunks_.pop_back();
}

std::unique_ptr<Inflater> InflateCache::take(const void* owner) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(inflaters_.begin(), inflaters_.end(),
                                    [&](const KeptInflater& kept) { return kept.owner == owner; });
    if (found == inflaters_.end()) return nullptr;
    std::unique_ptr<Inflater> inflater = std::move(found->inflater);
    inflaters_.erase(found);
    return inflater;
}

void InflateCache::put(const void* owner, std::unique_ptr<Inflater> inflater) {
    const std::lock_guard lock(mutex_);
    inflaters_.push_front({owner, std::move(inflater)});
    if (inflaters_.size() > most_inflaters) inflaters_.pop_back();
}

void InflateCache::forget(const void* owner) {
    const std::lock_guard lock(mutex_);
    chunks_.remove_if([&](const KeptChunk& kept) { return kept.owner == owner; });
    inflaters_.remove_if([&](const KeptInflater& kept) { return kept.owner == owner; });
}

}  // namespace halfstep
