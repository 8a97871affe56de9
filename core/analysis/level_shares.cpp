// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/level_shares.h"

#include "core/quantize/kmeans.h"
#include "core/quantize/log_levels.h"

#include <cmath>

namespace halfstep {

std::vector<float> level_thresholds(const Scheme& scheme, const WhatIf& what_if) {
    if (scheme.family != Family::logarithmic || what_if.levels.size() < 2)
        return codebook_thresholds(what_if.levels);
    const LogLevels log = log_levels(scheme, what_if.grid.scale);
    std::vector<float> thresholds;
    for (std::size_t i = log.from.size(); i-- > 0;)
        thresholds.push_back(-log.from[i]);
    for (const float from : log.from)
        thresholds.push_back(std::nextafter(from, 0.0F));
    return thresholds;
}

std::vector<LevelShare> level_shares(const MomentTable& table, std::span<const float> levels,
                                     std::span<const float> thresholds) {
    std::vector<LevelShare> shares(levels.size());
    if (levels.empty()) return shares;
    double all_weights = 0;
    double all_error = 0;
    std::size_t level = 0;
    for (std::size_t i = 0; i < table.means().size(); ++i) {
        const double mean = table.means()[i];
        while (level < thresholds.size() && mean > static_cast<double>(thresholds[level]))
            ++level;
        const double off = mean - static_cast<double>(levels[level]);
        const double error = table.counts()[i] * off * off + table.spreads()[i];
        shares[level].weights += table.counts()[i];
        shares[level].error += error;
        all_weights += table.counts()[i];
        all_error += error;
    }
    for (LevelShare& share : shares) {
        if (all_weights > 0) share.weights /= all_weights;
        if (all_error > 0) share.error /= all_error;
    }
    return shares;
}

}  // namespace halfstep
