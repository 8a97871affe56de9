// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/scale_trial.h"

#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace halfstep {

// Where to look: the scale 1/t, codes (less the zero-point) from `low` on. `step` is how far the places
// beside it are.
struct ScalePlace {
    double t = 0;
    double low = 0;
    double step = 0;
};

// What was found there: the best scale for the codes of t, and its Σ(x − x̂)².
struct ScaleSample {
    double error = std::numeric_limits<double>::infinity();
    double error_at_t = 0;  // of the scale 1/t itself
    double scale = 0;
    ScalePlace place;
};

// Errors of one unit at some scales, four at a time.
class ScaleSampler {
  public:
    static constexpr std::size_t at_once = kernels::scale_trials;
    static constexpr std::size_t kept = 4;

    // Codes span `width`, from a sample's lowest on.
    void start(std::span<const float> values, double width);

    // Up to four places.
    std::span<const ScaleSample> look(std::span<const ScalePlace> places);

    // Any number of places, looked at when there are four of them; flush() for the rest.
    void add(const ScalePlace& place);
    void flush();

    // The best samples, best first, no two of them beside each other.
    std::span<const ScaleSample> best() const { return std::span(best_).first(count_); }
    double least() const { return count_ == 0 ? std::numeric_limits<double>::infinity() : best_[0].error; }

  private:
    void keep(const ScaleSample& sample);

    std::span<const float> values_;
    double width_ = 0;
    std::array<ScaleSample, at_once> found_;
    std::array<ScalePlace, at_once> waiting_;
    std::size_t waiting_count_ = 0;
    std::array<ScaleSample, kept> best_;
    std::size_t count_ = 0;
    double worst_ = 0;  // of the best, when there are as many as are kept
};

}  // namespace halfstep
