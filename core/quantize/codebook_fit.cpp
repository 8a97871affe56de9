// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/codebook_fit.h"

#include "core/analysis/moment_table.h"
#include "core/quantize/kmeans.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

std::vector<float> codebook_of(const WeightedPoints& points, int bits, const JobContext& job) {
    return codebook_levels(optimal_centres(points, std::size_t{1} << static_cast<unsigned>(bits), job));
}

}  // namespace

std::vector<float> fit_codebook(std::span<const float> unit, int bits, RangeScratch& scratch,
                                const JobContext& job) {
    std::vector<float>& sorted = scratch.sorted;
    sorted.clear();
    for (const float value : unit)
        if (std::isfinite(value)) sorted.push_back(value + 0.0F);  // -0 is 0
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> values;
    std::vector<double> weights;
    std::vector<double> squares;
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t end = i + 1;
        while (end < sorted.size() && sorted[end] == sorted[i])
            ++end;
        const auto value = static_cast<double>(sorted[i]);
        const auto weight = static_cast<double>(end - i);
        values.push_back(value);
        weights.push_back(weight);
        squares.push_back(value * value * weight);
        i = end;
    }
    return codebook_of({values, weights, squares}, bits, job);
}

std::vector<float> fit_codebook(const MomentTable& table, int bits, const JobContext& job) {
    std::vector<double> squares(table.means().size());
    for (std::size_t i = 0; i < squares.size(); ++i)
        squares[i] = table.spreads()[i] + table.counts()[i] * table.means()[i] * table.means()[i];
    return codebook_of({table.means(), table.counts(), squares}, bits, job);
}

}  // namespace halfstep
