// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/log_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

double steps_per_octave(const Scheme& scheme) {
    return scheme.half_octave ? 2.0 : 1.0;
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

int nearest_log_step(const Scheme& scheme, double magnitude) {
    constexpr double root = 0x1.6a09e667f3bcdp0;           // 2^(1/2)
    constexpr double fourth_root = 0x1.306fe0a31b715p0;    // 2^(1/4)
    constexpr double three_fourths = 0x1.ae89f995ad3adp0;  // 2^(3/4)
    int exponent = 0;
    const double mantissa = 2 * std::frexp(magnitude, &exponent);  // in [1, 2)
    --exponent;
    if (!scheme.half_octave) return exponent + (mantissa >= root ? 1 : 0);
    return 2 * exponent + (mantissa >= fourth_root ? 1 : 0) + (mantissa >= three_fourths ? 1 : 0);
}

float log_level(const Scheme& scheme, int step) {
    const int largest = scheme.half_octave ? 255 : 127;  // 2^128 is beyond float32
    return static_cast<float>(std::exp2(std::min(step, largest) / steps_per_octave(scheme)));
}

float log_level_below(const Scheme& scheme, float largest, int steps) {
    return static_cast<float>(static_cast<double>(largest) * std::exp2(-steps / steps_per_octave(scheme)));
}

float nearest_log_level(const Scheme& scheme, float magnitude) {
    if (magnitude == 0) return 0;
    return log_level(scheme, nearest_log_step(scheme, static_cast<double>(magnitude)));
}

LogLevels log_levels(const Scheme& scheme, float largest) {
    LogLevels result;
    if (largest == 0) return result;
    const double per_octave = steps_per_octave(scheme);
    const double top = nearest_log_step(scheme, static_cast<double>(largest));
    const int count = (1 << (scheme.bits - 1)) - 1;
    for (int below = count - 1; below >= 0; --below) {
        result.level.push_back(log_level_below(scheme, largest, below));
        result.from.push_back(first_from(std::exp2((top - below - 0.5) / per_octave)));
    }
    result.clipped_from = first_from(std::exp2((top + 0.5) / per_octave));
    return result;
}

}  // namespace halfstep
