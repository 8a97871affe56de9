// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/float_scale_search.h"

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
    const std::size_t bins = enough_bins(problem.points.size());
    const double unclipped = largest_of(value_) / problem.abs_max;
    BestCandidates coarse(basins);
    scan(problem, {unclipped / 2, unclipped, bins}, job, coarse);
    // Clipping alone costs more with every further t.
    for (double from = unclipped; clipping_error(problem.points, from) < coarse.list().front().error;
         from *= 2)
        scan(problem, {from, 2 * from, bins}, job, coarse);
    if (bins >= 2 * problem.points.size() << static_cast<unsigned>(format.mantissa_bits)) return coarse;
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

// An octave of t holds up to 2^mantissa_bits events of a point.
std::size_t FloatScaleSearch::enough_bins(std::size_t points) const {
    const std::size_t events = points << static_cast<unsigned>(format_.mantissa_bits);
    return std::clamp<std::size_t>(std::min(2 * events, 1024 + events / 4), 64, std::size_t{1} << 20U);
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
    for (std::size_t i = 0; i <= interval.bins; ++i) {
        sums.product += bins_[i].product;
        sums.square += bins_[i].square;
        const BestScale fit = best_scale(sums, problem.value_squared, problem.storage);
        if (!(fit.error < best.worst())) continue;
        best.offer({fit.error, interval.from + static_cast<double>(i) * width, fit.scale, width, {}});
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
    const float reciprocal = scale == 0 ? 0.0F : 1.0F / scale;
    const float smallest_normal = std::ldexp(1.0F, format.lowest_exponent);
    double sum = 0;
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        const float position = std::fabs(x * reciprocal);
        const int exponent = std::ilogb(std::max(position, smallest_normal));
        const float step = std::ldexp(1.0F, exponent - format.mantissa_bits);
        const float code = std::min(std::nearbyint(position / step) * step, format.largest);
        const double error = std::fabs(static_cast<double>(x)) - static_cast<double>(scale * code);
        sum += error * error;
    }
    return sum;
}

}  // namespace halfstep
