// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_quantizers.h"

#include "core/quantize/kmeans.h"
#include "core/quantize/log_levels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

// Multiplied by this, magnitudes from 2^-149 up to those of any small grid are normal numbers.
constexpr float lift = 0x1p64F;
constexpr float lift_up_to = 0x1p30F;

}  // namespace

kernels::UniformUnit uniform_unit(CodeLimits codes, const UnitGrid& grid, float stored_scale) {
    return {grid.scale == 0 ? 0.0F : 1.0F / grid.scale, stored_scale,
            static_cast<float>(codes.qmin - grid.zero_point),
            static_cast<float>(codes.qmax - grid.zero_point)};
}

kernels::LogGrid log_grid(const Scheme& scheme, float chosen_largest, float stored_largest) {
    kernels::LogGrid grid{};
    grid.prescale = 1;
    grid.mantissa_threshold[0] = grid.mantissa_threshold[1] = infinite;
    grid.top = grid.bottom = infinite;
    const LogLevels levels = log_levels(scheme, chosen_largest);
    if (levels.level.empty()) return grid;

    grid.top = levels.clipped_from;
    grid.bottom = levels.from.front();
    grid.largest = stored_largest;
    grid.prescale = chosen_largest <= lift_up_to ? lift : 1.0F;
    // Levels are a step or half a step apart, so one or two midpoints lie within an octave [1, 2).
    const double per_octave = scheme.half_octave ? 2 : 1;
    grid.mantissa_threshold[0] = scheme.half_octave ? 0x1.306fe2p+0F : 0x1.6a09e8p+0F;  // 2^(1/4), 2^(1/2)
    grid.mantissa_threshold[1] = scheme.half_octave ? 0x1.ae89fap+0F : infinite;        // 2^(3/4)
    const double top_step = std::nearbyint(per_octave * std::log2(static_cast<double>(chosen_largest)));
    for (int step = 0; step < 3; ++step) {
        const double ratio = std::exp2((step - top_step) / per_octave);
        grid.level[step] = static_cast<float>(static_cast<double>(stored_largest) * ratio / grid.prescale);
    }
    return grid;
}

kernels::CodebookGrid codebook_grid(std::span<const float> levels) {
    kernels::CodebookGrid grid{};
    std::fill(std::begin(grid.threshold), std::end(grid.threshold), infinite);
    grid.levels = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(levels.size()));
    grid.search_size = std::bit_ceil(grid.levels);
    std::copy(levels.begin(), levels.end(), std::begin(grid.level));
    const std::vector<float> last_below = codebook_thresholds(levels);
    for (std::size_t i = 0; i < last_below.size(); ++i)
        grid.threshold[i] = std::nextafter(last_below[i], infinite);
    return grid;
}

EstimatedGrid gamma_rescaled(const Scheme& scheme, float scale, double values_squared,
                             double quantized_squared) {
    if (quantized_squared == 0) return {{scale, 0}, false};
    const double gamma = std::sqrt(values_squared / quantized_squared);
    return stored_grid(scheme, static_cast<float>(gamma * static_cast<double>(scale)));
}

}  // namespace halfstep
