// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/element_progress.h"

namespace halfstep {

void ElementProgress::expect(std::uint64_t elements) {
    const std::lock_guard lock(mutex_);
    expected_ += elements;
}

void ElementProgress::add(std::uint64_t elements) {
    if (!job_.progress) return;
    const std::lock_guard lock(mutex_);
    done_ += elements;
    if (expected_ == 0) return;
    // More may turn out to be done than was expected: the fraction then waits.
    const double fraction = static_cast<double>(done_) / static_cast<double>(expected_);
    if (fraction <= reported_) return;
    reported_ = fraction;
    job_.report(fraction);
}

JobContext ElementProgress::quiet_job() const {
    JobContext quiet = job_;
    quiet.progress = nullptr;
    return quiet;
}

}  // namespace halfstep
