// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>

namespace halfstep {

// How a long piece of work is watched and stopped. A stop makes the work throw Cancelled within 100 ms.
struct JobContext {
    std::stop_token stop;
    // Called with the fraction done, never decreasing, from any of the working threads, one call at a time.
    std::function<void(double)> progress;
    // Working threads; 0 means default_thread_count(). Results never depend on it.
    unsigned threads = 0;

    void throw_if_stopped() const;
    void report(double fraction) const;
    unsigned thread_count() const;
};

// $HALFSTEP_THREADS where it is a number from 1 to 1024, else the number of cores.
unsigned default_thread_count();

}  // namespace halfstep
