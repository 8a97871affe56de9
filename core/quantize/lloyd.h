// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/kmeans.h"

#include <span>
#include <vector>

namespace halfstep {

// One step of Lloyd's algorithm (Lloyd 1957, published 1982; Max 1960): every point goes to the nearest of
// the ascending centres, the lower one of two as near, and every centre to the mean of its points; one
// without points stays. The weighted Σ(x−centre)² never grows by it. Where nothing moves any more, the
// centres are the best in their neighbourhood; optimal_centres() are the best of all.
std::vector<double> lloyd_step(const WeightedPoints& points, std::span<const double> centres);

}  // namespace halfstep
