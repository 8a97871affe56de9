// SPDX-License-Identifier: GPL-3.0-or-later
// The curve of the best plans of all budgets.
#include "core/allocation/allocation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

using Hull = std::vector<KnapsackPoint>;

// The least value on a hull up to a weight, or before that weight is reached; infinite below the first
// corner.
double value_at(const Hull& hull, double weight, bool reached) {
    const auto after = reached ? std::ranges::upper_bound(hull, weight, {}, &KnapsackPoint::weight)
                               : std::ranges::lower_bound(hull, weight, {}, &KnapsackPoint::weight);
    if (after == hull.begin()) return std::numeric_limits<double>::infinity();
    const KnapsackPoint& left = *(after - 1);
    if (after == hull.end()) return left.value;
    return left.value + (after->value - left.value) * (weight - left.weight) / (after->weight - left.weight);
}

double lowest(const std::vector<Hull>& hulls, double weight, bool reached) {
    double value = std::numeric_limits<double>::infinity();
    for (const Hull& hull : hulls)
        value = std::min(value, value_at(hull, weight, reached));
    return value;
}

// What no hull is below.
Hull lower_envelope(const std::vector<Hull>& hulls) {
    if (hulls.size() == 1) return hulls.front();
    std::vector<double> weights;
    for (const Hull& hull : hulls)
        for (const KnapsackPoint& corner : hull)
            weights.push_back(corner.weight);
    std::ranges::sort(weights);
    weights.erase(std::unique(weights.begin(), weights.end()), weights.end());
    Hull envelope;
    for (const double weight : weights) {
        const double before = lowest(hulls, weight, false);
        const double after = lowest(hulls, weight, true);
        if (std::isfinite(before) && before > after) envelope.push_back({weight, before});
        if (envelope.empty() || after < envelope.back().value) envelope.push_back({weight, after});
    }
    return envelope;
}

}  // namespace

std::vector<Allocation::Point> Allocation::front() const {
    std::vector<Hull> hulls;
    for (const AllocationPart& part : parts_)
        hulls.push_back(part.knapsack(Budget::Of::bits_per_weight).hull());
    std::vector<Point> points;
    const auto elements = static_cast<double>(std::max<std::uint64_t>(1, problem_.elements()));
    for (const KnapsackPoint& corner : lower_envelope(hulls))
        points.push_back({corner.weight / elements,
                          problem_.other_bytes + static_cast<std::uint64_t>(std::ceil(corner.weight / 8)),
                          corner.value});
    return points;
}

}  // namespace halfstep
