// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>

namespace halfstep::bench {

// The processor time of this thread: what others do meanwhile does not count.
struct ThreadClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ThreadClock, duration>;
    static constexpr bool is_steady = true;

    static time_point now() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return time_point(std::chrono::seconds(time.tv_sec) + duration(time.tv_nsec));
    }
};

// Seconds of the fastest of several runs of `work`: what the machine can do when nothing else is in the way.
template <class Clock = std::chrono::steady_clock, class Work>
double fastest(Work&& work, double for_seconds = 0.3, int at_least = 3) {
    double best = std::numeric_limits<double>::infinity();
    double spent = 0;
    for (int run = 0; run < at_least || spent < for_seconds; ++run) {
        const auto start = Clock::now();
        work();
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        best = std::min(best, seconds);
        spent += seconds;
    }
    return best;
}

// A place for results, so that nothing is optimised away.
inline volatile double sink = 0;

}  // namespace halfstep::bench
