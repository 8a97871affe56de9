// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_arithmetic.h"

namespace halfstep::ggml {

BlockLimits limits_of(std::span<const float> x) {
    BlockLimits limits{x[0], x[0]};
    for (const float value : x) {
        limits.low = value < limits.low ? value : limits.low;
        limits.high = value > limits.high ? value : limits.high;
    }
    return limits;
}

float signed_largest(std::span<const float> x) {
    float largest = 0;
    for (const float value : x)
        if (std::fabs(value) > std::fabs(largest)) largest = value;
    return largest;
}

float sum_of(std::span<const float> values) {
    float sum = 0;
    for (const float value : values)
        sum += value;
    return sum;
}

float mean_square(std::span<const float> x, float factor) {
    float sum = 0;
    for (const float value : x)
        sum += value * value;
    return factor * sum / static_cast<float>(x.size());
}

void importance_weights(std::span<const float> x, std::span<const float> importance, float mean_square,
                        std::span<float> weights) {
    for (std::size_t i = 0; i < x.size(); ++i)
        weights[i] = importance[i] * std::sqrt(mean_square + x[i] * x[i]);
}

}  // namespace halfstep::ggml
