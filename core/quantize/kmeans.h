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

}  // namespace halfstep
