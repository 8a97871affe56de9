// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/zip/inflate_cache.h"

#include <algorithm>
#include <utility>

namespace halfstep {

std::unique_ptr<Inflater> InflateCache::take(const void* owner) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(inflaters_.begin(), inflaters_.end(),
                                    [&](const Kept& kept) { return kept.owner == owner; });
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
    chunks_.forget(owner);
    const std::lock_guard lock(mutex_);
    inflaters_.remove_if([&](const Kept& kept) { return kept.owner == owner; });
}

}  // namespace halfstep
