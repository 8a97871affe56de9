// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sensitivity_costs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace halfstep {

bool hasPlan(const SensitivityData& data) {
    return std::any_of(data.rows.begin(), data.rows.end(),
                       [](const SensitivityData::Row& row) { return row.planned_rel_error.has_value(); });
}

int blockCount(const SensitivityData& data) {
    int count = 0;
    for (const SensitivityData::Row& row : data.rows)
        if (row.block) count = std::max(count, *row.block + 1);
    return count;
}

std::optional<double> costOf(const SensitivityData::Row& row, int scheme) {
    const std::optional<double> error =
        scheme == planned_scheme ? row.planned_rel_error : row.rel_error[static_cast<std::size_t>(scheme)];
    if (!error || !std::isfinite(*error)) return std::nullopt;
    return row.sensitivity * *error * *error;
}

CostRanking rankByCost(const SensitivityData& data, int scheme) {
    CostRanking ranking;
    for (std::size_t i = 0; i < data.rows.size(); ++i) {
        const std::optional<double> cost = costOf(data.rows[i], scheme);
        if (!cost) continue;
        ranking.places.push_back({i, *cost});
        ranking.total += *cost;
    }
    std::stable_sort(
        ranking.places.begin(), ranking.places.end(),
        [](const CostRanking::Place& a, const CostRanking::Place& b) { return a.cost > b.cost; });
    return ranking;
}

std::vector<double> costThroughDepth(const SensitivityData& data, int scheme) {
    const auto blocks = static_cast<std::size_t>(blockCount(data));
    std::vector<double> sums(blocks + 2, 0);
    bool any = false;
    bool blocks_seen = false;
    for (const SensitivityData::Row& row : data.rows) {
        blocks_seen = blocks_seen || row.block.has_value();
        const std::optional<double> cost = costOf(row, scheme);
        if (!cost) continue;
        const std::size_t depth = row.block     ? static_cast<std::size_t>(*row.block) + 1
                                  : blocks_seen ? blocks + 1
                                                : 0;
        sums[depth] += *cost;
        any = true;
    }
    if (!any) return {};
    std::partial_sum(sums.begin(), sums.end(), sums.begin());
    return sums;
}

}  // namespace halfstep
