// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/log_levels.h"
#include "core/quantize/range.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/scale_search.h"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace halfstep {

// Integer schemes: the scales (and zero-points) among which the smallest Σ w(x − x̂)² is, best first.
// `value_squared` is Σ w·x².
BestCandidates search_scales(const Scheme& scheme, const ScalePoints& points, const Limits& limits,
                             double value_squared, ScaleScan& scratch);

// Σ(x−x̂)² with a grid, by the very float32 arithmetic of the quantizer.
double rounding_error(std::span<const float> values, const UnitGrid& grid, const CodeLimits& codes);

// The grids that candidates come to once their scales are stored; 16-bit storage gives the two neighbours of
// each.
std::vector<EstimatedGrid> stored_grids(const Scheme& scheme, std::span<const ScaleCandidate> candidates);

// Sums over the weights that a log scheme treats alike, so that the error of any largest level follows from
// them.
class LogMoments {
  public:
    explicit LogMoments(const Scheme& scheme) : scheme_(scheme) {}

    void add(double value, double count, double spread);
    void merge(const LogMoments& other);

    // The largest level with the smallest Σ(x−x̂)², the larger of two equal ones.
    EstimatedGrid best() const;

  private:
    struct Step {
        double count = 0;
        double magnitude = 0;  // Σ|x|
        double squared = 0;    // Σx²
    };

    double error(int top, std::span<const float> levels) const;

    static constexpr int lowest_step = -300;  // of float32's subnormals, in half octaves
    static constexpr int steps = 560;

    Scheme scheme_;
    std::array<Step, steps> step_{};
    int first_ = steps;
    int last_ = -1;
};

}  // namespace halfstep
