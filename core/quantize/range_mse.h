// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/range.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/scale_search.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace halfstep {

// Integer schemes: the scales (and zero-points) among which the smallest Σ w(x − x̂)² is, best first.
struct ScaleProblem {
    const Scheme& scheme;
    ScalePoints points;
    Limits limits;
    double value_squared = 0;  // Σ w·x²
    std::size_t basins = 6;    // minima of the error over the scale to look at closely
};

BestCandidates search_scales(const ScaleProblem& problem, ScaleScan& scratch, const JobContext& job = {});

// Σ(x−x̂)² with a grid, by the very float32 arithmetic of the quantizer.
double rounding_error(std::span<const float> values, const UnitGrid& grid, const CodeLimits& codes);

// The grids that candidates come to once their scales are stored; 16-bit storage gives the two neighbours of
// each.
std::vector<EstimatedGrid> stored_grids(const Scheme& scheme, std::span<const ScaleCandidate> candidates);

}  // namespace halfstep
