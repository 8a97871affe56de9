// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>

namespace halfstep::testing {

// Seconds that what has to be answered at once may take; more where nothing is optimized, or sanitizers
// watch.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double at_once = 10;
#elif !defined(NDEBUG)
inline constexpr double at_once = 30;
#else
inline constexpr double at_once = 1;
#endif

// Of the processor: other work does not count.
inline double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace halfstep::testing
