// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_limits.h"

#include "core/quantize/entropy_limit.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

float Limits::abs_max() const {
    return std::max(std::fabs(low), std::fabs(high));
}

Limits limited_to(const Limits& unit, float limit) {
    return {std::max(unit.low, -limit), std::min(unit.high, limit)};
}

Limits clipped_limits(const Scheme& scheme, const Limits& unit) {
    return {std::clamp(unit.low, scheme.clip_low, scheme.clip_high),
            std::clamp(unit.high, scheme.clip_low, scheme.clip_high)};
}

PercentileRank percentile_rank(double percent, std::uint64_t count) {
    const double position = static_cast<double>(count - 1) * (percent / 100);
    const double index = std::floor(position);
    return {std::min(static_cast<std::uint64_t>(index), count - 1), position - index};
}

float between(double below, double above, double rest) {
    const double distance = above - below;
    return static_cast<float>(rest < 0.5 ? below + distance * rest : above - distance * (1 - rest));
}

PercentPair asymmetric_percents(const Scheme& scheme) {
    const double low = (100 - scheme.percentile) / 2;
    return {low, 100 - low};
}

float percentile(std::span<float> values, double percent) {
    const PercentileRank rank = percentile_rank(percent, values.size());
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank.index);
    std::nth_element(values.begin(), at, values.end());
    if (rank.rest == 0 || at + 1 == values.end()) return *at;
    return between(static_cast<double>(*at), static_cast<double>(*std::min_element(at + 1, values.end())),
                   rank.rest);
}

void MagnitudeHistogram::add(float value, std::uint64_t count) {
    const double position = std::fabs(static_cast<double>(value)) * static_cast<double>(bins) / abs_max_;
    counts_[std::min(bins - 1, static_cast<std::size_t>(position))] += count;
}

void MagnitudeHistogram::add(std::span<const float> values) {
    for (const float x : values)
        if (std::isfinite(x)) add(x);
}

void MagnitudeHistogram::merge(const MagnitudeHistogram& other) {
    for (std::size_t i = 0; i < bins; ++i)
        counts_[i] += other.counts_[i];
}

float MagnitudeHistogram::entropy_limit(int bits) const {
    EntropyLimit limit;
    return limit.find(counts_, abs_max_, bits);
}

}  // namespace halfstep
