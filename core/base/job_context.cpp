// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/job_context.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace halfstep {

void JobContext::throw_if_stopped() const {
    if (stop.stop_requested()) throw Cancelled();
}

void JobContext::report(double fraction) const {
    if (progress) progress(std::clamp(fraction, 0.0, 1.0));
}

unsigned JobContext::thread_count() const {
    return threads == 0 ? default_thread_count() : threads;
}

unsigned default_thread_count() {
    if (const char* text = std::getenv("HALFSTEP_THREADS")) {
        const std::string_view view(text);
        unsigned value = 0;
        const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
        if (error == std::errc() && end == view.data() + view.size() && value >= 1 && value <= 1024)
            return value;
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace halfstep
