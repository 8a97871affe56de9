// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace halfstep {

// Percentiles near either end, of which only a few values have to be put in order: the same as percentile()
// of all (range_limits.h). Holds a buffer, one a thread.
class TailPercentiles {
  public:
    // Of |x|, near 100.
    float of_magnitudes(std::span<const float> values, double percent);
    // Of x, near 100 and near 0.
    float upper(std::span<const float> values, double percent);
    float lower(std::span<const float> values, double percent);

  private:
    std::vector<float> kept_;
};

}  // namespace halfstep
