// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace halfstep::training {

struct ActivationLimits {
    float low = 0;
    float high = 0;
};

// Codes 0 .. 2^bits − 1 for the activations of one place, as schemes of kind "asym:tensor" have them:
// s = (high − low)/(2^bits − 1) over a range widened to hold 0, x̂ = s·(q − zero_point).
struct ActivationGrid {
    int bits = 0;  // 0: activations stay float
    float scale = 0;
    std::int32_t zero_point = 0;

    // `clipped` where the code before clamping lay outside the grid.
    float quantized(float value, bool& clipped) const;
};

ActivationGrid activation_grid(int bits, ActivationLimits limits);  // 2 to 16 bits

// The least and the largest activation, as they run from batch to batch: each batch moves both by a tenth of
// the way to its own (Jacob et al. 2018 use such exponential averages).
class RunningRange {
  public:
    void observe(ActivationLimits batch);
    ActivationLimits limits() const { return limits_; }

  private:
    std::size_t batches_ = 0;
    ActivationLimits limits_;
};

}  // namespace halfstep::training
