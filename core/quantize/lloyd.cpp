// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/lloyd.h"

#include <cstddef>

namespace halfstep {

std::vector<double> lloyd_step(const WeightedPoints& points, std::span<const double> centres) {
    std::vector<double> moved(centres.begin(), centres.end());
    std::size_t point = 0;
    for (std::size_t i = 0; i < centres.size(); ++i) {
        const bool last = i + 1 == centres.size();
        const double threshold = last ? 0 : centres[i] + (centres[i + 1] - centres[i]) / 2;
        double weight = 0;
        double sum = 0;
        for (; point < points.value.size() && (last || points.value[point] <= threshold); ++point) {
            weight += points.weight[point];
            sum += points.weight[point] * points.value[point];
        }
        if (weight > 0) moved[i] = sum / weight;
    }
    return moved;
}

}  // namespace halfstep
