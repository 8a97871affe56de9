// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_functions.h"

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

// What is known of a unit's weights.
struct UnitSpread {
    double min = 0;        // at most 0
    double max = 0;        // at least 0
    double squared = 0;    // Σx²
    double magnitude = 0;  // Σ|x|
    double count = 0;      // that are not 0
};

UnitSpread spread_of(std::span<const float> values, float low, float high);

// Errors of one unit at some scales, four at a time.
class ScaleSampler {
  public:
    static constexpr std::size_t at_once = kernels::scale_trials;
    static constexpr std::size_t kept = 4;

    // Codes span `width`, from a sample's lowest on.
    void start(std::span<const float> values, const UnitSpread& spread, double width);

    // Up to four places.
    std::span<const ScaleSample> look(std::span<const ScalePlace> places);

    // Any number of places, looked at when there are many, or at flush().
    void add(const ScalePlace& place);
    void flush();

    // The best samples, best first, no two of them beside each other.
    std::span<const ScaleSample> best() const { return std::span(best_).first(count_); }
    double least() const { return count_ == 0 ? std::numeric_limits<double>::infinity() : best_[0].error; }

  private:
    static constexpr std::size_t most_waiting = 64;

    struct Errors {
        ScaleSample sample(std::size_t j, const ScalePlace& place) const;

        std::array<float, at_once> t;
        std::array<float, at_once> shift;  // of the best scale for the codes, as a share of 1/t
        std::array<float, at_once> at_t;   // error of 1/t, and of the best scale
        std::array<float, at_once> best;
    };

    Errors errors_at(std::span<const ScalePlace> places) const;
    void keep(const ScaleSample& sample);

    const kernels::KernelTable* kernel_ = nullptr;
    std::span<const float> values_;
    UnitSpread spread_;
    float width_ = 0;
    std::array<ScaleSample, at_once> found_;
    std::array<ScalePlace, most_waiting> waiting_;
    std::array<Errors, most_waiting / at_once> errors_;
    std::size_t waiting_count_ = 0;
    std::array<ScaleSample, kept> best_;
    std::size_t count_ = 0;
    double worst_ = 0;  // of the best, when there are as many as are kept
};

}  // namespace halfstep
