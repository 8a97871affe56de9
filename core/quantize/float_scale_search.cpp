// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/float_scale_search.h"

#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t points_at_once = 65536;

double largest_of(const std::vector<double>& values) {
    return values.back();
}

}  // namespace

BestCandidates FloatScaleSearch::find(const SmallFloat& format, const Problem& problem,
                                      const JobContext& job) {
    constexpr std::size_t basins = 8;
    prepare(format);
    BestCandidates coarse(problem.thorough ? basins : 1);
    const double unclipped = largest_of(value_) / problem.abs_max;
    scan(problem, with_bins({unclipped / 2, unclipped, 0}, problem.points.size()), job, coarse);
    const double bound = clipping_bound(problem.points, unclipped, coarse.list().front().error);
    scan(problem, with_bins({unclipped, bound, 0}, problem.points.size()), job, coarse);
    if (!problem.thorough) return coarse;
    BestCandidates refined(basins);
    for (const ScaleCandidate& candidate : coarse.list()) {
        refined.offer(candidate);
        constexpr std::size_t finer = 1024;
        scan(problem, {candidate.t - candidate.bin_width, candidate.t + candidate.bin_width, finer}, job,
             refined);
    }
    return refined;
}

void FloatScaleSearch::prepare(const SmallFloat& format) {
    if (!value_.empty() && format == format_) return;
    format_ = format;
    const std::vector<float> values = magnitudes(format);
    value_.assign(values.begin(), values.end());
    middle_.clear();
    step_.clear();
    square_.clear();
    for (std::size_t i = 0; i + 1 < value_.size(); ++i) {
        middle_.push_back((value_[i] + value_[i + 1]) / 2);
        step_.push_back(value_[i + 1] - value_[i]);
        square_.push_back(value_[i + 1] * value_[i + 1] - value_[i] * value_[i]);
    }
}

// An octave of t holds up to 2^mantissa_bits events of a point. Where points are many, the error hardly
// changes from one to the next.
FloatScaleSearch::Interval FloatScaleSearch::with_bins(Interval interval, std::size_t points) const {
    const std::size_t events = points << static_cast<unsigned>(format_.mantissa_bits);
    const auto octave = static_cast<double>(
        std::clamp<std::size_t>(std::min(2 * events, 64 + events / 4), 32, std::size_t{1} << 20U));
    interval.bins = static_cast<std::size_t>(octave * std::log2(interval.to / interval.from)) + 8;
    return interval;
}

// A t from which on clipping alone costs more than `least`.
double FloatScaleSearch::clipping_bound(const ScalePoints& points, double unclipped, double least) const {
    constexpr double growth = 1.2;
    double low = unclipped;
    double high = unclipped * growth;
    for (int i = 0; i < 400 && clipping_error(points, high) < least; ++i) {
        low = high;
        high *= growth;
    }
    for (int i = 0; i < 3; ++i) {
        const double middle = (low + high) / 2;
        (clipping_error(points, middle) < least ? low : high) = middle;
    }
    return high;
}

void FloatScaleSearch::scan(const Problem& problem, const Interval& interval, const JobContext& job,
                            BestCandidates& best) {
    base_ = {};
    bins_.assign(interval.bins + 2, {});
    const std::size_t count = problem.points.size();
    for (std::size_t first = 0; first < count; first += points_at_once) {
        job.throw_if_stopped();
        add(problem.points.part(first, std::min(points_at_once, count - first)), interval);
    }
    const double width = (interval.to - interval.from) / static_cast<double>(interval.bins);
    CodeSums sums = base_;
    double worth = problem.value_squared - best.worst();  // of product²/square, to be looked at
    for (std::size_t i = 0; i <= interval.bins; ++i) {
        sums.product += bins_[i].product;
        sums.square += bins_[i].square;
        if (sums.product * sums.product <= worth * sums.square) continue;
        const BestScale fit = best_scale(sums, problem.value_squared, problem.storage);
        if (!(fit.error < best.worst())) continue;
        best.offer({fit.error, interval.from + static_cast<double>(i) * width, fit.scale, width, {}});
        worth = problem.value_squared - best.worst();
    }
}

void FloatScaleSearch::add(const ScalePoints& points, const Interval& interval) {
    if (points.plain.empty())
        add_each(
            points.size(), [&points](std::size_t i) { return std::fabs(points.values[i]); },
            [&points](std::size_t i) { return points.weights[i]; }, interval);
    else
        add_each(
            points.size(),
            [&points](std::size_t i) { return std::fabs(static_cast<double>(points.plain[i])); },
            [](std::size_t) { return 1.0; }, interval);
}

template <class Value, class Weight>
void FloatScaleSearch::add_each(std::size_t count, Value value, Weight weight, const Interval& interval) {
    const double per_t = static_cast<double>(interval.bins) / (interval.to - interval.from);
    const double offset = interval.from * per_t - 1;
    const auto last_bin = static_cast<double>(interval.bins);
    for (std::size_t i = 0; i < count; ++i) {
        const double magnitude = value(i);
        if (magnitude == 0) continue;
        const double product = weight(i) * magnitude;
        const auto first = std::lower_bound(middle_.begin(), middle_.end(), magnitude * interval.from);
        auto place = static_cast<std::size_t>(first - middle_.begin());
        base_.product += product * value_[place];
        base_.square += weight(i) * value_[place] * value_[place];
        const double end = magnitude * interval.to;
        const double bins_a_step = per_t / magnitude;
        for (; place < middle_.size() && middle_[place] < end; ++place) {
            const double bin = std::clamp(middle_[place] * bins_a_step - offset, 1.0, last_bin);
            CodeSums& sums = bins_[static_cast<std::size_t>(bin)];
            sums.product += product * step_[place];
            sums.square += weight(i) * square_[place];
        }
    }
}

// Σ w(|x| − largest/t)² over what is beyond the largest value.
double FloatScaleSearch::clipping_error(const ScalePoints& points, double t) const {
    const double limit = largest_of(value_) / t;
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double over = std::max(0.0, std::fabs(points.value(i)) - limit);
        sum += points.weight(i) * over * over;
    }
    return sum;
}

double float_rounding_error(std::span<const float> values, const SmallFloat& format, float scale) {
    const UniformUnit unit = float_unit(format, scale, scale);
    const kernels::FloatGrid grid = float_grid(format);
    double sum = 0;
    for (std::size_t first = 0; first < values.size(); first += kernels::segment_elements) {
        const std::size_t n = std::min(kernels::segment_elements, values.size() - first);
        kernels::SegmentSums sums{};
        kernels::kernel_table().measure_float(
            kernels::lone_segment(&values[first], n, false),
            {&unit.reciprocal, &unit.scale, &unit.low, &unit.high, nullptr, n, 0, true}, grid, &sums);
        sum += sums.error_squared;
    }
    return sum;
}

}  // namespace halfstep
