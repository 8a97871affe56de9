// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstddef>
#include <functional>

namespace halfstep {

// Calls work(index, worker) for every index of [0, count) on job.thread_count() threads (the caller's among
// them); worker is in [0, threads) and names the thread, so that each can keep buffers of its own. Indices
// are handed out in increasing order. The first exception thrown stops the hand-out and is rethrown here once
// every thread has returned; a stop request throws Cancelled. Progress is reported as items are finished.
void parallel_for(std::size_t count, const JobContext& job,
                  const std::function<void(std::size_t index, unsigned worker)>& work);

}  // namespace halfstep
