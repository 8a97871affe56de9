// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

namespace halfstep::kernels {
namespace {

// Σx² of n values a lane, one after the other.
template <class V, std::size_t n>
typename V::Float sum_of_squares(const float* x) {
    auto sum = V::set(0);
    for (std::size_t i = 0; i < n * V::width; i += V::width) {
        const auto value = V::load(x + i);
        sum = sum + value * value;
    }
    return sum;
}

// What n weights a lane count for in a search: their importance times √(sigma² + x²). `w` may be
// `importance`. Gives the sum.
template <class V, std::size_t n>
typename V::Float importance_weights(const float* x, const float* importance, typename V::Float sigma_squared,
                                     float* w) {
    auto sum = V::set(0);
    for (std::size_t i = 0; i < n * V::width; i += V::width) {
        const auto value = V::load(x + i);
        const auto weight = V::load(importance + i) * V::sqrt(sigma_squared + value * value);
        V::store(w + i, weight);
        sum = sum + weight;
    }
    return sum;
}

}  // namespace
}  // namespace halfstep::kernels
