// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstdint>
#include <mutex>

namespace halfstep {

// Progress of a job of several passes, counted in elements. Safe to call from any thread.
class ElementProgress {
  public:
    explicit ElementProgress(const JobContext& job) : job_(job) {}

    void expect(std::uint64_t elements);
    void add(std::uint64_t elements);

    // The job without its progress callback: for the parts of which this one keeps count.
    JobContext quiet_job() const;

  private:
    const JobContext& job_;
    std::mutex mutex_;
    std::uint64_t expected_ = 0;
    std::uint64_t done_ = 0;
    double reported_ = 0;
};

}  // namespace halfstep
