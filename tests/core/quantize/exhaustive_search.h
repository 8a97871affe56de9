// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/range.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

// The smallest Σ(x−x̂)² there is, by trying every set of codes that some scale gives.
namespace halfstep::testing {

using WeightedValues = std::vector<std::pair<double, double>>;  // value, how often; ascending

inline WeightedValues weighted(std::span<const float> values) {
    std::vector<float> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    WeightedValues result;
    for (const float x : sorted) {
        if (result.empty() || result.back().first != static_cast<double>(x)) result.emplace_back(x, 0);
        ++result.back().second;
    }
    return result;
}

// Codes are limited to [lo, hi]; scales down to 1/last_t.
inline double smallest_error(const WeightedValues& values, double lo, double hi, double last_t) {
    struct Change {
        double t, product, square;
    };
    std::vector<Change> changes;
    double value_squared = 0;
    for (const auto& [x, n] : values) {
        value_squared += n * x * x;
        const double limit = x < 0 ? -lo : hi;
        for (double code = 1; code <= limit; ++code) {
            const double t = (code - 0.5) / std::fabs(x);
            if (x == 0 || t > last_t) break;
            changes.push_back({t, n * std::fabs(x), n * (2 * code - 1)});
        }
    }
    std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.t < b.t; });
    double least = value_squared;
    double product = 0;
    double square = 0;
    for (const Change& change : changes) {
        product += change.product;
        square += change.square;
        least = std::min(least, value_squared - product * product / square);
    }
    return least;
}

inline double smallest_error(const Scheme& scheme, const WeightedValues& values) {
    constexpr double beyond = 8;  // how much finer than the scale that clips nothing
    const CodeLimits codes = code_limits(scheme);
    const double low = std::min(0.0, values.front().first);
    const double high = std::max(0.0, values.back().first);
    if (low == high) return 0;
    if (scheme.symmetry != Symmetry::asym) {
        const double unclipped = 1 / std::max(high / codes.qmax, low / codes.qmin);
        return smallest_error(values, codes.qmin, codes.qmax, beyond * unclipped);
    }
    double least = std::numeric_limits<double>::infinity();
    for (std::int32_t zero = 0; zero <= codes.qmax; ++zero)
        least = std::min(least, smallest_error(values, -zero, codes.qmax - zero,
                                               beyond * (codes.qmax + 1) / (high - low)));
    return least;
}

// Σ(x−x̂)² of a grid, from the definition.
inline double error_of(const Scheme& scheme, const UnitGrid& grid, const WeightedValues& values) {
    const CodeLimits codes = code_limits(scheme);
    const float reciprocal = 1.0F / grid.scale;
    double sum = 0;
    for (const auto& [x, n] : values) {
        double level = 0;
        if (grid.scale != 0) {
            const double code =
                static_cast<double>(std::nearbyint(static_cast<float>(x) * reciprocal)) + grid.zero_point;
            const double clamped = std::min(std::max(code, double(codes.qmin)), double(codes.qmax));
            level = static_cast<double>(grid.scale * static_cast<float>(clamped - grid.zero_point));
        }
        sum += n * (x - level) * (x - level);
    }
    return sum;
}

}  // namespace halfstep::testing
