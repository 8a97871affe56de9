// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/log_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double largest_octave = 127;  // 2^128 is beyond float32

double steps_per_octave(const Scheme& scheme) {
    return scheme.half_octave ? 2.0 : 1.0;
}

double nearest_step(const Scheme& scheme, float magnitude) {
    return std::nearbyint(steps_per_octave(scheme) * std::log2(static_cast<double>(magnitude)));
}

// The first float32 at or above a value that is no float32 itself.
float first_from(double value) {
    if (value > static_cast<double>(std::numeric_limits<float>::max()))
        return std::numeric_limits<float>::infinity();
    const auto near = static_cast<float>(value);
    return static_cast<double>(near) < value ? std::nextafter(near, std::numeric_limits<float>::infinity())
                                             : near;
}

}  // namespace

float nearest_log_level(const Scheme& scheme, float magnitude) {
    if (magnitude == 0) return 0;
    const double octave = nearest_step(scheme, magnitude) / steps_per_octave(scheme);
    return static_cast<float>(std::exp2(std::min(octave, scheme.half_octave ? 127.5 : largest_octave)));
}

LogLevels log_levels(const Scheme& scheme, float largest) {
    LogLevels result;
    if (largest == 0) return result;
    const double per_octave = steps_per_octave(scheme);
    const double top = nearest_step(scheme, largest);
    const int count = (1 << (scheme.bits - 1)) - 1;
    for (int below = count - 1; below >= 0; --below) {
        result.level.push_back(
            static_cast<float>(static_cast<double>(largest) * std::exp2(-below / per_octave)));
        result.from.push_back(first_from(std::exp2((top - below - 0.5) / per_octave)));
    }
    result.clipped_from = first_from(std::exp2((top + 0.5) / per_octave));
    return result;
}

}  // namespace halfstep
