// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <array>
#include <span>

namespace halfstep {

struct EstimatedGrid;

// Sums over the weights that a log scheme treats alike, so that the error of any largest level follows from
// them.
class LogMoments {
  public:
    explicit LogMoments(const Scheme& scheme = {}) : scheme_(scheme) {}

    // Forgets all values.
    void start(const Scheme& scheme);
    void add(double value, double count, double spread);
    void add(std::span<const float> values);
    void merge(const LogMoments& other);

    // The largest level with the smallest Σ(x−x̂)², the larger of two equal ones.
    EstimatedGrid best() const;

  private:
    struct Step {
        double count = 0;
        double magnitude = 0;  // Σ|x|
        double squared = 0;    // Σx²
    };

    // Σ(x−x̂)², and the part of it that is clipped.
    struct Error {
        double all = 0;
        double clipped = 0;
    };

    int step_of(float magnitude) const;
    Error error(int top, std::span<const float> levels) const;

    static constexpr int lowest_step = -300;  // of float32's subnormals, in half octaves
    static constexpr int steps = 560;

    Scheme scheme_;
    std::array<Step, steps> step_{};
    int first_ = steps;
    int last_ = -1;
};

}  // namespace halfstep
