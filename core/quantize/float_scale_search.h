// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quantize/scale_search.h"
#include "core/schemes/small_floats.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halfstep {

// The search of scale_search.h for small floats: the scale s = 1/t that minimises Σ w(x − s·q)², q the value
// of the format next to x/s. A value changes where |x|·t passes the middle of two neighbours: those
// are the events here.
//
// Below half the largest t that clips nothing there is nothing to be found: without clipping, every level
// that the scale 2s has is a level of s too.
class FloatScaleSearch {
  public:
    struct Problem {
        ScalePoints points;
        double abs_max = 0;        // > 0
        double value_squared = 0;  // Σ w·x²
        ScaleStorage storage = ScaleStorage::s32;
        bool thorough = true;  // false: within 1 % at worst and 0.1 % on average
    };

    // The best scales, best first.
    BestCandidates find(const SmallFloat& format, const Problem& problem, const JobContext& job = {});

  private:
    struct Interval {
        double from = 0;  // of t
        double to = 0;
        std::size_t bins = 1;
    };

    void prepare(const SmallFloat& format);
    Interval with_bins(Interval interval, std::size_t points) const;
    double clipping_bound(const ScalePoints& points, double unclipped, double least) const;
    void scan(const Problem& problem, const Interval& interval, const JobContext& job, BestCandidates& best);
    void add(const ScalePoints& points, const Interval& interval);
    template <class Value, class Weight>
    void add_each(std::size_t count, Value value, Weight weight, const Interval& interval);
    double clipping_error(const ScalePoints& points, double t) const;

    SmallFloat format_;
    std::vector<double> middle_;  // between value i and the next one
    std::vector<double> step_;    // from value i to the next one
    std::vector<double> square_;  // the same of their squares
    std::vector<double> value_;
    CodeSums base_;
    std::vector<CodeSums> bins_;
};

// Σ(x−x̂)² with a scale, by the kernels, over the finite values: for magnitudes whose squares are float32
// numbers.
double float_rounding_error(std::span<const float> values, const SmallFloat& format, float scale);

}  // namespace halfstep
