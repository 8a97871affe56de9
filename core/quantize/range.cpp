// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range.h"

#include "core/quantize/block_scales.h"
#include "core/quantize/log_levels.h"
#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

float asymmetric_scale(float low, float high, float steps) {
    const float width = high - low;
    return std::isfinite(width) ? width / steps : high / steps - low / steps;
}

EstimatedGrid integer_grid(const Scheme& scheme, float low, float high) {
    const CodeLimits codes = code_limits(scheme);
    const auto top = static_cast<float>(codes.qmax);
    switch (scheme.symmetry) {
        case Symmetry::sym:
            return stored_grid(scheme, usable_scale(std::max(std::fabs(low), std::fabs(high)) / top));
        case Symmetry::symfull:
            return stored_grid(scheme,
                               usable_scale(std::max(high / top, -low / -static_cast<float>(codes.qmin))));
        case Symmetry::asym:
            break;
    }
    low = std::min(low, 0.0F);
    high = std::max(high, 0.0F);
    EstimatedGrid result = stored_grid(scheme, usable_scale(asymmetric_scale(low, high, top)));
    if (result.grid.scale > 0 && std::isfinite(result.grid.scale))
        result.grid.zero_point =
            static_cast<std::int32_t>(std::clamp(std::nearbyint(-low / result.grid.scale), 0.0F, top));
    return result;
}

float block_scale(FloatFormat format, float abs_max) {
    if (format != FloatFormat::nvfp4) return e8m0_scale(format, abs_max);
    return nvfp4_scale(abs_max, nvfp4_tensor_scale(abs_max));
}

}  // namespace

float usable_scale(float scale) {
    return std::isfinite(1.0F / scale) ? scale : 0.0F;
}

CodeLimits code_limits(const Scheme& scheme) {
    const std::int32_t half = std::int32_t{1} << (scheme.bits - 1);
    switch (scheme.symmetry) {
        case Symmetry::sym:
            return {1 - half, half - 1};
        case Symmetry::symfull:
            return {-half, half - 1};
        case Symmetry::asym:
            break;
    }
    return {0, 2 * half - 1};
}

Scheme with_32_bit_scales(Scheme scheme) {
    scheme.scale_storage = ScaleStorage::s32;
    return scheme;
}

EstimatedGrid stored_grid(const Scheme& scheme, float scale) {
    if (scheme.scale_storage != ScaleStorage::s16) return {{scale, 0}, false};
    const float rounded = f16_to_f32(f32_to_f16(scale));
    const bool lost = scale != 0 && (rounded == 0 || !std::isfinite(rounded));
    return {{rounded, 0}, lost};
}

EstimatedGrid grid_from_limits(const Scheme& scheme, float low, float high) {
    if (scheme.family == Family::logarithmic)
        return stored_grid(scheme, nearest_log_level(scheme, std::max(std::fabs(low), std::fabs(high))));
    if (scheme.family == Family::small_float)
        return stored_grid(scheme, usable_scale(std::max(std::fabs(low), std::fabs(high)) /
                                                largest_value(scheme.float_format)));
    if (scheme.family == Family::block_scaled)
        return {{block_scale(scheme.float_format, std::max(std::fabs(low), std::fabs(high))), 0}, false};
    return integer_grid(scheme, low, high);
}

}  // namespace halfstep
