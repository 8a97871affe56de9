// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_of_table.h"

#include "core/quantize/order_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

Limits limits_of(const MomentTable& table) {
    return {static_cast<float>(table.min()), static_cast<float>(table.max())};
}

double error_at(const MomentTable& table, const CodeWindow& window, float scale) {
    const auto low = static_cast<std::int32_t>(window.lo);
    const auto high = static_cast<std::int32_t>(window.hi);
    return table.evaluate(UniformQuantizer{scale, 0, low, high}).sums.error_squared;
}

EstimatedGrid integer_mse_grid(const Scheme& scheme, const MomentTable& table, const JobContext& job) {
    const BestCandidates found = search_table_scales(scheme, table, job);
    std::vector<ScaleCandidate> candidates(found.list().begin(), found.list().end());
    if (!table.exact()) {
        candidates.clear();
        for (const PromisingInterval& interval : promising_intervals(scheme, table, found.list(), job)) {
            ScaleCandidate candidate;
            candidate.scale = 1 / interval.best;
            candidate.window = interval.window;
            candidates.push_back(candidate);
        }
    }
    const CodeLimits codes = code_limits(scheme);
    EstimatedGrid best;
    double least = std::numeric_limits<double>::infinity();
    for (const EstimatedGrid& grid : stored_grids(scheme, candidates)) {
        if (grid.scale_lost) return grid;
        const double error =
            table.evaluate(UniformQuantizer{grid.grid.scale, grid.grid.zero_point, codes.qmin, codes.qmax})
                .sums.error_squared;
        if (error < least) {
            least = error;
            best = grid;
        }
    }
    return best;
}

// A bucket's spread costs the same whatever its code.
double squares_of_means(const MomentTable& table) {
    double sum = 0;
    for (std::size_t i = 0; i < table.means().size(); ++i)
        sum += table.counts()[i] * table.means()[i] * table.means()[i];
    return sum;
}

EstimatedGrid log_mse_grid(const Scheme& scheme, const MomentTable& table) {
    LogMoments moments(scheme);
    for (std::size_t i = 0; i < table.means().size(); ++i)
        moments.add(table.means()[i], table.counts()[i], table.spreads()[i]);
    return moments.best();
}

// The errors of one window over t, near a candidate.
class ErrorCurve {
  public:
    ErrorCurve(const MomentTable& table, const CodeWindow& window, double centre) : window_(window) {
        for (int i = -half; i <= half; ++i) {
            // Closer together near the centre.
            const double u = static_cast<double>(i) / half;
            t_.push_back(centre * (1 + 0.3 * u * std::fabs(u)));
            error_.push_back(error_at(table, window, static_cast<float>(1 / t_.back())));
        }
    }

    double least() const { return *std::min_element(error_.begin(), error_.end()); }

    PromisingInterval interval(double limit) const {
        const auto at =
            static_cast<std::size_t>(std::min_element(error_.begin(), error_.end()) - error_.begin());
        std::size_t first = at;
        std::size_t last = at;
        for (std::size_t i = 0; i < error_.size(); ++i)
            if (error_[i] <= limit) {
                first = std::min(first, i);
                last = std::max(last, i);
            }
        return {window_, t_[first == 0 ? 0 : first - 1], t_[std::min(last + 1, t_.size() - 1)], t_[at],
                error_[at]};
    }

  private:
    static constexpr int half = 96;

    CodeWindow window_;
    std::vector<double> t_;
    std::vector<double> error_;
};

}  // namespace

BestCandidates search_table_scales(const Scheme& scheme, const MomentTable& table, const JobContext& job) {
    ScaleScan scratch;
    return search_scales({scheme,
                          {{}, table.means(), table.counts()},
                          limits_of(table),
                          squares_of_means(table),
                          BestCandidates::capacity},
                         scratch, job);
}

BestCandidates search_table_float_scales(const Scheme& scheme, const MomentTable& table,
                                         const JobContext& job) {
    FloatScaleSearch search;
    return search.find(
        small_float(scheme.float_format),
        {{{}, table.means(), table.counts()}, table.abs_max(), squares_of_means(table), scheme.scale_storage},
        job);
}

std::vector<PromisingInterval> promising_intervals(const Scheme& scheme, const MomentTable& table,
                                                   std::span<const ScaleCandidate> candidates,
                                                   const JobContext& job) {
    constexpr std::size_t most_windows = 8;
    constexpr int neighbours = 2;  // zero-points beside a candidate's
    std::vector<ScaleCandidate> starts;
    for (const ScaleCandidate& candidate : candidates) {
        const int reach = scheme.symmetry == Symmetry::asym ? neighbours : 0;
        for (int shift = -reach; shift <= reach; ++shift) {
            const CodeWindow window{candidate.window.lo + shift, candidate.window.hi + shift};
            const bool known = std::any_of(starts.begin(), starts.end(), [&](const ScaleCandidate& start) {
                return start.window.lo == window.lo;
            });
            if (known || window.lo > 0 || window.hi < 0) continue;
            starts.push_back(candidate);
            starts.back().window = window;
        }
    }
    std::vector<ErrorCurve> curves;
    double least = std::numeric_limits<double>::infinity();
    for (const ScaleCandidate& start : starts) {
        job.throw_if_stopped();
        curves.emplace_back(table, start.window, 1 / start.scale);
        least = std::min(least, curves.back().least());
    }
    // What chance can change in sums over so many values, and a little for the curve's own steps.
    const double margin = 1e-4 + 10 / std::sqrt(static_cast<double>(table.count()));
    std::sort(curves.begin(), curves.end(),
              [](const ErrorCurve& a, const ErrorCurve& b) { return a.least() < b.least(); });
    std::vector<PromisingInterval> result;
    for (const ErrorCurve& curve : curves) {
        if (curve.least() > least * (1 + margin) || result.size() == most_windows) break;
        result.push_back(curve.interval(least * (1 + margin)));
    }
    return result;
}

EstimatedGrid estimate_table_grid(const Scheme& scheme, const MomentTable& table, const JobContext& job) {
    if (table.abs_max() == 0) return {};
    Limits limits = limits_of(table);
    switch (scheme.range) {
        case Range::minmax:
            break;
        case Range::clip:
            limits = clipped_limits(scheme, limits);
            break;
        case Range::percentile:
            limits = percentile_limits(scheme, table);
            break;
        case Range::kl: {
            MagnitudeHistogram histogram(limits.abs_max());
            for (std::size_t i = 0; i < table.means().size(); ++i)
                histogram.add(static_cast<float>(table.means()[i]),
                              static_cast<std::uint64_t>(table.counts()[i]));
            limits = limited_to(limits, histogram.entropy_limit(scheme.bits));
            break;
        }
        case Range::mse: {
            if (scheme.family == Family::logarithmic) return log_mse_grid(scheme, table);
            if (scheme.family == Family::integer) return integer_mse_grid(scheme, table, job);
            const BestCandidates found = search_table_float_scales(scheme, table, job);
            return stored_grid(scheme, usable_scale(static_cast<float>(found.list().front().scale)));
        }
    }
    return grid_from_limits(scheme, limits.low, limits.high);
}

}  // namespace halfstep
