// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// Limits of the values that a range represents; grid_from_limits makes a grid of them.
struct Limits {
    float low = 0;
    float high = 0;

    float abs_max() const;
};

// Limits of |x| at `limit`.
Limits limited_to(const Limits& unit, float limit);

// clipX and clipL..H: both ends clamped to the scheme's limits.
Limits clipped_limits(const Scheme& scheme, const Limits& unit);

// A percentile falls between two order statistics: it is at `rest` of the way from the one of rank `index`
// (from 0) to the next. Linear interpolation, as numpy.percentile.
struct PercentileRank {
    std::uint64_t index = 0;
    double rest = 0;
};

PercentileRank percentile_rank(double percent, std::uint64_t count);
float between(double below, double above, double rest);

// The percentiles that pctP needs: of |x| one, asymmetric of x two.
struct PercentPair {
    double low = 0;
    double high = 0;
};

PercentPair asymmetric_percents(const Scheme& scheme);

// Changes the order of the values.
float percentile(std::span<float> values, double percent);

// |x| over [0, max|x|] in 2,048 equal bins, for kl.
class MagnitudeHistogram {
  public:
    static constexpr std::size_t bins = 2048;

    explicit MagnitudeHistogram(float abs_max) : abs_max_(static_cast<double>(abs_max)) {}

    void add(float value, std::uint64_t count = 1);
    void add(std::span<const float> values);
    void merge(const MagnitudeHistogram& other);

    // The limit of |x| where the entropy calibration with 2^(b-1) levels puts it (see range.h).
    float entropy_limit(int bits) const;

  private:
    double abs_max_;
    std::array<std::uint64_t, bins> counts_{};
};

}  // namespace halfstep
