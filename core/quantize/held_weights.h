// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measuring_pass.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace halfstep {

// Room for tensors that need two passes, the first of which leaves them here: the limits of a scale for the
// whole tensor have to be known before anything is measured. Tensors that are larger than the room are read
// twice.
class HeldWeights {
  public:
    static constexpr std::uint64_t most_bytes = std::uint64_t{128} << 20U;

    // Once this much waits for its second pass, that had better begin: enough to keep the threads busy, and
    // no more than the caches may still hold.
    static std::uint64_t batch_bytes(unsigned threads);

    // What holding the task's tensor takes; 0 where it is read once anyway, or cannot be held.
    static std::uint64_t bytes_of(const MeasuringTask& task);

    // Gives the tasks their places; what was held before is gone.
    void make_room(std::span<MeasuringTask> tasks);

  private:
    struct Release {
        void operator()(std::byte* room) const;
    };

    // Not cleared: the threads that fill the pages shall be the first to touch them.
    std::unique_ptr<std::byte, Release> room_;
    std::uint64_t size_ = 0;
};

}  // namespace halfstep
