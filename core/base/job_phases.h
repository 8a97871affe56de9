// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

namespace halfstep {

// A job that is one phase of another: its progress from 0 to 1 is the other's from `begin` to `end`.
inline JobContext phase_of(const JobContext& job, double begin, double end) {
    JobContext phase = job;
    if (job.progress)
        phase.progress = [report = job.progress, begin, end](double fraction) {
            report(begin + (end - begin) * fraction);
        };
    return phase;
}

}  // namespace halfstep
