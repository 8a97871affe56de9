// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/activation_grid.h"

#include <algorithm>
#include <cmath>

namespace halfstep::training {

float ActivationGrid::quantized(float value, bool& clipped) const {
    const float reciprocal = scale == 0 ? 0.0F : 1.0F / scale;
    const float before = std::nearbyint(value * reciprocal) + static_cast<float>(zero_point);
    const float code = std::clamp(before, 0.0F, static_cast<float>((1 << bits) - 1));
    clipped = code != before;
    return scale * (code - static_cast<float>(zero_point));
}

ActivationGrid activation_grid(int bits, ActivationLimits limits) {
    const float low = std::min(limits.low, 0.0F);
    const float high = std::max(limits.high, 0.0F);
    const auto steps = static_cast<float>((1 << bits) - 1);
    ActivationGrid grid{bits, (high - low) / steps, 0};
    if (std::isinf(1.0F / grid.scale)) grid.scale = 0;
    if (grid.scale > 0)
        grid.zero_point =
            static_cast<std::int32_t>(std::clamp(std::nearbyint(-low / grid.scale), 0.0F, steps));
    return grid;
}

void RunningRange::observe(ActivationLimits batch) {
    constexpr float share = 0.1F;
    if (batches_++ == 0) {
        limits_ = batch;
    } else {
        limits_.low += share * (batch.low - limits_.low);
        limits_.high += share * (batch.high - limits_.high);
    }
}

}  // namespace halfstep::training
