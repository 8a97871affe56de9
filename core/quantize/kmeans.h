// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halfstep {

// A value with a weight: a number of equal values, or a bucket of the moment table.
struct WeightedPoints {
    std::span<const double> value;        // ascending
    std::span<const double> weight;       // > 0
    std::span<const double> sum_squared;  // Σx² of the bucket; value·value·weight where it is one value
};

// The `levels` centres that minimise the weighted Σ(x−centre)², exactly (dynamic programming; the cost matrix
// is Monge, so divide and conquer or SMAWK finds each layer in O(n log n) or O(n)). Sources: Fisher 1958;
// Wang & Song 2011 (Ckmeans.1d.dp); Grønlund et al. 2017. Fewer centres come back where there are fewer
// distinct values.
std::vector<double> optimal_centres(const WeightedPoints& points, std::size_t levels,
                                    const JobContext& job = {});

// The centres as a codebook stores them, 16 bits a level, ascending and without repetition: rounded to
// float32 and then float16, or, in a table where that would make a level infinite or every non-zero level 0,
// to bfloat16 (saturating).
std::vector<float> codebook_levels(std::span<const double> centres);

// Where a weight changes from level i to level i + 1: the largest float32 that takes level i. Each weight
// takes the nearest level and, half-way between two, the lower one.
std::vector<float> codebook_thresholds(std::span<const float> levels);

}  // namespace halfstep
