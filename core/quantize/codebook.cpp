// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kmeans.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

float as_f16(double centre) {
    return f16_to_f32(f32_to_f16(static_cast<float>(centre)));
}

float as_saturated_bf16(double centre) {
    constexpr float largest = 0x1.FEp127F;
    const float rounded = bf16_to_f32(f32_to_bf16(static_cast<float>(centre)));
    return std::clamp(rounded, -largest, largest);
}

bool f16_loses(std::span<const double> centres) {
    bool any_non_zero = false;
    bool any_kept = false;
    for (const double centre : centres) {
        const float rounded = as_f16(centre);
        if (!std::isfinite(rounded)) return true;
        any_non_zero = any_non_zero || centre != 0;
        any_kept = any_kept || rounded != 0;
    }
    return any_non_zero && !any_kept;
}

}  // namespace

std::vector<float> codebook_levels(std::span<const double> centres) {
    const bool wide = f16_loses(centres);
    std::vector<float> levels;
    levels.reserve(centres.size());
    for (const double centre : centres)
        levels.push_back((wide ? as_saturated_bf16(centre) : as_f16(centre)) + 0.0F);  // -0 is 0
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

std::vector<float> codebook_thresholds(std::span<const float> levels) {
    std::vector<float> thresholds;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        const double middle = (static_cast<double>(levels[i]) + static_cast<double>(levels[i + 1])) / 2;
        const auto near = static_cast<float>(middle);
        thresholds.push_back(static_cast<double>(near) > middle
                                 ? std::nextafter(near, -std::numeric_limits<float>::infinity())
                                 : near);
    }
    return thresholds;
}

}  // namespace halfstep
