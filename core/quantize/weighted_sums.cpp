// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/weighted_sums.h"

#include "core/kernels/kernel_types.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace halfstep {
namespace {

using Lanes = std::array<double, kernels::lanes>;

}  // namespace

WeightedSums weighted_sums(std::span<const float> x, std::span<const float> reconstruction,
                           std::span<const float> importance) {
    Lanes errors{};
    Lanes values{};
    for (std::size_t first = 0; first < x.size(); first += kernels::lanes) {
        const std::size_t count = std::min<std::size_t>(kernels::lanes, x.size() - first);
        for (std::size_t lane = 0; lane < count; ++lane) {
            const std::size_t at = first + lane;
            const bool finite = std::isfinite(x[at]);
            const double value = finite ? static_cast<double>(x[at]) : 0.0;
            const double error = finite ? value - static_cast<double>(reconstruction[at]) : 0.0;
            const auto weight = static_cast<double>(importance[at]);
            errors[lane] += weight * (error * error);
            values[lane] += weight * (value * value);
        }
    }
    return {std::accumulate(errors.begin(), errors.end(), 0.0),
            std::accumulate(values.begin(), values.end(), 0.0)};
}

}  // namespace halfstep
