// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/range_mse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr std::size_t long_unit = 65536;  // from here on mse is looked for more thoroughly

// The finite values of a unit: the unit itself where all are.
std::span<const float> finite_values(std::span<const float> unit, std::vector<float>& buffer) {
    std::uint32_t largest = 0;
    for (const float x : unit)
        largest = std::max(largest, std::bit_cast<std::uint32_t>(x) & 0x7fffffffU);
    if (largest < 0x7f800000U) return unit;
    buffer.clear();
    std::copy_if(unit.begin(), unit.end(), std::back_inserter(buffer),
                 [](float x) { return std::isfinite(x); });
    return buffer;
}

Limits limits_of(std::span<const float> values) {
    constexpr std::size_t lanes = 8;
    if (values.empty()) return {};
    std::array<float, lanes> low;
    std::array<float, lanes> high;
    low.fill(values.front());
    high.fill(values.front());
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            low[lane] = std::min(low[lane], values[i + lane]);
            high[lane] = std::max(high[lane], values[i + lane]);
        }
    for (; i < values.size(); ++i) {
        low[0] = std::min(low[0], values[i]);
        high[0] = std::max(high[0], values[i]);
    }
    return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

Limits percentile_limits(const Scheme& scheme, std::span<const float> values, const Limits& unit,
                         TailPercentiles& percentiles) {
    if (scheme.family == Family::integer && scheme.symmetry == Symmetry::asym) {
        const PercentPair percents = asymmetric_percents(scheme);
        return {percentiles.lower(values, percents.low), percentiles.upper(values, percents.high)};
    }
    return limited_to(unit, percentiles.of_magnitudes(values, scheme.percentile));
}

double sum_of_squares(std::span<const float> values) {
    double sum = 0;
    for (const float x : values)
        sum += static_cast<double>(x) * static_cast<double>(x);
    return sum;
}

EstimatedGrid float_mse_grid(const Scheme& scheme, std::span<const float> values, const Limits& limits,
                             RangeScratch& scratch, const JobContext& job, MseEffort effort) {
    const BestCandidates found = scratch.float_search.find(small_float(scheme.float_format),
                                                           {{values, {}, {}},
                                                            static_cast<double>(limits.abs_max()),
                                                            sum_of_squares(values),
                                                            scheme.scale_storage,
                                                            effort == MseEffort::thorough},
                                                           job);
    return stored_grid(scheme, usable_scale(static_cast<float>(found.list().front().scale)));
}

EstimatedGrid mse_grid(const Scheme& scheme, std::span<const float> values, const Limits& limits,
                       RangeScratch& scratch, const JobContext& job, MseEffort effort) {
    if (scheme.family == Family::logarithmic) {
        scratch.log.start(scheme);
        scratch.log.add(values);
        return scratch.log.best();
    }
    if (scheme.family == Family::small_float)
        return float_mse_grid(scheme, values, limits, scratch, job, effort);
    if (effort == MseEffort::quick && UnitSearch::suits(scheme, values, limits))
        return scratch.search.find(scheme, values, limits);
    const BestCandidates found = search_scales(
        {scheme, {values, {}, {}}, limits, sum_of_squares(values), values.size() > long_unit ? 8U : 4U},
        scratch.scan, job);
    const std::span<const ScaleCandidate> list = found.list();
    const CodeLimits codes = code_limits(scheme);
    EstimatedGrid best;
    double least = std::numeric_limits<double>::infinity();
    for (const EstimatedGrid& grid :
         stored_grids(scheme, list.first(std::min<std::size_t>(2, list.size())))) {
        if (grid.scale_lost) return grid;
        const double error = rounding_error(values, grid.grid, codes);
        if (error < least) {
            least = error;
            best = grid;
        }
    }
    return best;
}

}  // namespace

EstimatedGrid estimate_grid(const Scheme& scheme, std::span<const float> unit, RangeScratch& scratch,
                            const JobContext& job, MseEffort effort) {
    const std::span<const float> values = finite_values(unit, scratch.finite);
    const Limits limits = limits_of(values);
    if (limits.abs_max() == 0) return {};
    switch (scheme.range) {
        case Range::minmax:
            break;
        case Range::clip: {
            const Limits clipped = clipped_limits(scheme, limits);
            return grid_from_limits(scheme, clipped.low, clipped.high);
        }
        case Range::percentile: {
            const Limits inner = percentile_limits(scheme, values, limits, scratch.percentiles);
            return grid_from_limits(scheme, inner.low, inner.high);
        }
        case Range::kl: {
            const Limits inner =
                limited_to(limits, scratch.entropy.find(values, limits.abs_max(), scheme.bits));
            return grid_from_limits(scheme, inner.low, inner.high);
        }
        case Range::mse:
            return mse_grid(scheme, values, limits, scratch, job, effort);
    }
    return grid_from_limits(scheme, limits.low, limits.high);
}

}  // namespace halfstep
