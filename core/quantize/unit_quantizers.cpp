// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_quantizers.h"

#include "core/quantize/kmeans.h"
#include "core/quantize/log_levels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace halfstep {
namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

// Where positions begin to be clipped; a codebook has no such place.
float position_limit(FloatFormat format) {
    return format == FloatFormat::nf4 ? infinite : last_of_largest(small_float(format));
}

// Multiplied by this, magnitudes from 2^-149 up to those of any small grid are normal numbers.
constexpr float lift = 0x1p64F;
constexpr float lift_up_to = 0x1p30F;

// The last float32 number that rounds to `code` >= 0: code + 1/2 rounds to even.
float last_of_code(std::int32_t code) {
    const float halfway = static_cast<float>(code) + 0.5F;
    return code % 2 == 0 ? halfway : std::nextafter(halfway, 0.0F);
}

}  // namespace

UniformUnit uniform_unit(CodeLimits codes, const UnitGrid& grid, float stored_scale) {
    return {grid.scale == 0 ? 0.0F : 1.0F / grid.scale, stored_scale,
            -last_of_code(grid.zero_point - codes.qmin), last_of_code(codes.qmax - grid.zero_point)};
}

// The lower limit is the last position of the code before qmin − zero point.
UnitGrid grid_of(CodeLimits codes, const UniformUnit& unit) {
    if (unit.reciprocal == 0) return {unit.scale, 0};
    const double distance = -static_cast<double>(unit.low) - 0.5;
    return {unit.scale, codes.qmin + static_cast<std::int32_t>(std::lround(distance))};
}

UniformUnit float_unit(const SmallFloat& format, float scale, float stored_scale) {
    const float last = last_of_largest(format);
    return {scale == 0 ? 0.0F : 1.0F / scale, stored_scale, -last, last};
}

UniformUnit scaled_unit(const Scheme& scheme, const UnitGrid& grid, float stored_scale) {
    if (scheme.family == Family::integer) return uniform_unit(code_limits(scheme), grid, stored_scale);
    UniformUnit unit = float_unit(small_float(scheme.float_format), grid.scale, stored_scale);
    unit.high = position_limit(scheme.float_format);
    unit.low = -unit.high;
    return unit;
}

kernels::FloatGrid float_grid(const SmallFloat& format) {
    return {std::ldexp(1.0F, format.lowest_exponent), std::ldexp(1.5F, 23 - format.mantissa_bits)};
}

void UniformUnitArrays::resize(std::size_t units) {
    stride_ = (units + kernels::lanes - 1) / kernels::lanes * kernels::lanes;
    if (values_.size() < arrays_ * stride_) values_.resize(arrays_ * stride_);
}

void UniformUnitArrays::set(std::size_t index, const UniformUnit& unit) {
    values_[index] = unit.reciprocal;
    values_[stride_ + index] = unit.scale;
    values_[2 * stride_ + index] = unit.low;
    values_[3 * stride_ + index] = unit.high;
    values_[4 * stride_ + index] = 1;
}

void UniformUnitArrays::set_scales(std::span<const float> scales) {
    std::copy(scales.begin(), scales.end(), values_.begin() + static_cast<std::ptrdiff_t>(stride_));
}

kernels::UnitArrays UniformUnitArrays::arrays() {
    float* values = values_.data();
    return {values, values + stride_, values + 2 * stride_, values + 3 * stride_, values + 4 * stride_};
}

kernels::UniformUnits UniformUnitArrays::view(std::size_t first, std::size_t elements_per_unit,
                                              std::size_t first_offset, bool clips) const {
    const float* values = values_.data() + first;
    return {values,
            values + stride_,
            values + 2 * stride_,
            values + 3 * stride_,
            values + 4 * stride_,
            elements_per_unit,
            first_offset,
            clips};
}

kernels::UnitRule unit_rule(const Scheme& scheme, float tensor_scale) {
    using kernels::UnitRule;
    const auto scales = scheme.scale_storage == ScaleStorage::s16 ? UnitRule::f16 : UnitRule::f32;
    if (scheme.family == Family::block_scaled) {
        const bool two_levels = scheme.float_format == FloatFormat::nvfp4;
        const float largest = largest_value(scheme.float_format);
        const float top = two_levels ? largest : std::ldexp(1.0F, std::ilogb(largest));
        return {UnitRule::symmetric,
                two_levels ? UnitRule::e4m3 : UnitRule::e8m0,
                top,
                top,
                position_limit(scheme.float_format),
                tensor_scale};
    }
    if (scheme.family == Family::small_float) {
        const float largest = largest_value(scheme.float_format);
        return {UnitRule::symmetric, scales, largest, largest, position_limit(scheme.float_format), 0};
    }
    const CodeLimits codes = code_limits(scheme);
    const auto symmetry = scheme.symmetry == Symmetry::sym       ? UnitRule::symmetric
                          : scheme.symmetry == Symmetry::symfull ? UnitRule::symmetric_full
                                                                 : UnitRule::asymmetric;
    return {symmetry, scales, static_cast<float>(codes.qmax), static_cast<float>(-codes.qmin), 0, 0};
}

kernels::LogGrid log_grid(const Scheme& scheme, float chosen_largest, float stored_largest) {
    kernels::LogGrid grid{};
    grid.prescale = 1;
    grid.clips = true;
    grid.half_octaves = scheme.half_octave;
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
    for (int step = 0; step < 2; ++step) {
        const double ratio = std::exp2((step - top_step) / per_octave);
        grid.level[step] = static_cast<float>(static_cast<double>(stored_largest) * ratio / grid.prescale);
    }
    return grid;
}

void fill_codebook_grid(std::span<const float> levels, kernels::CodebookGrid& grid) {
    using kernels::CodebookGrid;
    const std::vector<float> last_below = codebook_thresholds(levels);
    grid.levels = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(levels.size()));
    std::fill(std::begin(grid.threshold), std::end(grid.threshold), std::numeric_limits<float>::quiet_NaN());
    std::transform(last_below.begin(), last_below.end(), std::begin(grid.threshold),
                   [](float x) { return std::nextafter(x, infinite); });
    std::fill(std::copy(levels.begin(), levels.end(), std::begin(grid.level)), std::end(grid.level),
              levels.empty() ? 0.0F : levels.back());
    if (grid.levels <= CodebookGrid::few_levels) return;

    const std::span<const float> thresholds(grid.threshold, grid.levels - 1);
    const float width = thresholds.back() - thresholds.front();
    grid.low = thresholds.front();
    grid.per_width =
        std::min(static_cast<float>(CodebookGrid::buckets) / width, std::numeric_limits<float>::max());
    std::array<std::uint32_t, CodebookGrid::buckets> count{};
    for (const float threshold : thresholds) {
        const float position = (threshold - grid.low) * grid.per_width;
        const float above = position > 0 ? position : 0.0F;  // NaN too, as the kernel has it
        ++count[static_cast<std::size_t>(std::min(above, static_cast<float>(CodebookGrid::buckets - 1)))];
    }
    std::exclusive_scan(count.begin(), count.end(), std::begin(grid.bucket_start), 0U);
    grid.steps = static_cast<std::uint32_t>(std::bit_width(*std::max_element(count.begin(), count.end())));
}

EstimatedGrid gamma_rescaled(const Scheme& scheme, float scale, double values_squared,
                             double quantized_squared) {
    if (quantized_squared == 0) return {{scale, 0}, false};
    const double gamma = std::sqrt(values_squared / quantized_squared);
    return stored_grid(scheme, static_cast<float>(gamma * static_cast<double>(scale)));
}

}  // namespace halfstep
