// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <vector>

namespace halfstep {

// The levels of a log scheme: 0 and ±base^k for 2^(b-1)-1 consecutive k, base 2 or (sqrt2) its root. A value
// takes the level whose k is round(log_base|x|), at most the largest, and 0 where that k is below the
// smallest. The midpoints base^(k+1/2) are irrational, so that no float32 value is a tie.

// round(log_base(magnitude)) of a positive magnitude.
int nearest_log_step(const Scheme& scheme, double magnitude);

// base^step, as float32.
float log_level(const Scheme& scheme, int step);

// The level so many steps below the largest one, which is as it is stored.
float log_level_below(const Scheme& scheme, float largest, int steps);

// base^round(log_base(magnitude)); 0 for 0. Capped at the largest power that float32 holds.
float nearest_log_level(const Scheme& scheme, float magnitude);

struct LogLevels {
    std::vector<float> level;  // the positive ones, ascending; level.back() is the stored scale
    std::vector<float> from;   // level[i] is taken by from[i] <= |x| < from[i + 1]; below from[0] it is 0
    float clipped_from = 0;    // |x| from here on would take a larger level, were there one
};

// Empty where `largest` is 0.
LogLevels log_levels(const Scheme& scheme, float largest);

}  // namespace halfstep
