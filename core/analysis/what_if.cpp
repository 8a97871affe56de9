// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/what_if.h"

#include "core/quantize/codebook_fit.h"
#include "core/quantize/kmeans.h"
#include "core/quantize/log_levels.h"
#include "core/quantize/range_of_table.h"
#include "core/quantize/unit_quantizers.h"
#include "core/schemes/grid.h"
#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace halfstep {
namespace {

// The values of the format between the last positions that round to each but the highest.
struct RoundingPlaces {
    std::vector<float> value;
    std::vector<float> last;
    float limit = std::numeric_limits<float>::infinity();  // beyond it is clipped
};

RoundingPlaces rounding_places(FloatFormat format) {
    RoundingPlaces places;
    places.value = unscaled_values(format);
    places.last = codebook_thresholds(places.value);
    if (format == FloatFormat::nf4) return places;
    places.limit = last_of_largest(small_float(format));
    // Halfway between an odd place and an even one the even one wins.
    const std::size_t zero = places.value.size() / 2;
    for (std::size_t i = 0; i < places.last.size(); ++i)
        if ((i + zero) % 2 != 0)
            places.last[i] = std::nextafter(places.last[i], -std::numeric_limits<float>::infinity());
    return places;
}

MomentTable::Answer evaluate_small_float(const MomentTable& table, const Scheme& scheme, const UnitGrid& grid,
                                         float stored_scale) {
    const RoundingPlaces places = rounding_places(scheme.float_format);
    const float reciprocal = grid.scale == 0 ? 0.0F : 1.0F / grid.scale;
    return table.evaluate([&](float x) {
        const float position = x * reciprocal;
        const auto place = std::lower_bound(places.last.begin(), places.last.end(), position);
        return MomentTable::Rounded{
            stored_scale * places.value[static_cast<std::size_t>(place - places.last.begin())],
            std::fabs(position) > places.limit};
    });
}

// A quantizer of the family, as the table walks it, for a scale that chooses codes and one that makes x̂.
MomentTable::Answer evaluate_scaled(const MomentTable& table, const Scheme& scheme, const UnitGrid& grid,
                                    float stored_scale) {
    if (scheme.family == Family::integer) {
        const CodeLimits codes = code_limits(scheme);
        return table.evaluate(
            UniformQuantizer{grid.scale, grid.zero_point, codes.qmin, codes.qmax, stored_scale});
    }
    if (scheme.family == Family::small_float || scheme.family == Family::block_scaled)
        return evaluate_small_float(table, scheme, grid, stored_scale);
    const LogLevels chosen = log_levels(scheme, grid.scale);
    const LogLevels stored = log_levels(scheme, stored_scale);
    return table.evaluate([&](float x) {
        const float magnitude = std::fabs(x);
        const auto above = std::upper_bound(chosen.from.begin(), chosen.from.end(), magnitude);
        if (above == chosen.from.begin()) return MomentTable::Rounded{};
        const auto place = static_cast<std::size_t>(above - chosen.from.begin()) - 1;
        return MomentTable::Rounded{std::copysign(stored.level[place], x), magnitude >= chosen.clipped_from};
    });
}

std::vector<float> scaled_levels(const Scheme& scheme, const UnitGrid& grid, float stored_scale) {
    std::vector<float> levels;
    if (grid.scale == 0) return {0.0F};
    if (scheme.family == Family::integer) {
        const CodeLimits codes = code_limits(scheme);
        for (std::int32_t q = codes.qmin; q <= codes.qmax; ++q)
            levels.push_back(stored_scale * static_cast<float>(q - grid.zero_point));
        return levels;
    }
    if (scheme.family == Family::small_float || scheme.family == Family::block_scaled)
        return grid_levels(scheme, stored_scale, 0);
    const std::vector<float> positive = log_levels(scheme, stored_scale).level;
    levels.assign(positive.rbegin(), positive.rend());
    for (float& level : levels)
        level = -level;
    levels.push_back(0);
    levels.insert(levels.end(), positive.begin(), positive.end());
    return levels;
}

void set_limits(WhatIf& result) {
    if (result.levels.empty()) return;
    result.clip_low = result.levels.front();
    result.clip_high = result.levels.back();
}

float limit_of(FloatFormat format) {
    switch (format) {
        case FloatFormat::fp16:
            return 65504.0F;
        case FloatFormat::bf16:
            return 0x1.FEp127F;
        default:
            break;
    }
    return std::numeric_limits<float>::max();
}

float rounded_to(FloatFormat format, float x) {
    switch (format) {
        case FloatFormat::fp16:
            return f16_to_f32(f32_to_f16(x));
        case FloatFormat::bf16:
            return bf16_to_f32(f32_to_bf16(x));
        default:
            break;
    }
    return x;
}

WhatIf floating_what_if(const MomentTable& table, FloatFormat format) {
    WhatIf result;
    const float limit = limit_of(format);
    result.answer = table.evaluate([format, limit](float x) {
        const float rounded = rounded_to(format, x);
        if (std::isfinite(rounded)) return MomentTable::Rounded{rounded, false};
        return MomentTable::Rounded{std::copysign(limit, x), true};
    });
    result.clip_low = -limit;
    result.clip_high = limit;
    if (format == FloatFormat::fp32) return result;
    for (std::uint32_t pattern = 0; pattern < 65536; ++pattern) {
        const auto bits = static_cast<std::uint16_t>(pattern);
        const float level = format == FloatFormat::fp16 ? f16_to_f32(bits) : bf16_to_f32(bits);
        if (std::isfinite(level) && !(level == 0 && std::signbit(level))) result.levels.push_back(level);
    }
    std::sort(result.levels.begin(), result.levels.end());
    return result;
}

WhatIf kmeans_what_if(const MomentTable& table, const Scheme& scheme, const JobContext& job) {
    WhatIf result;
    result.levels = fit_codebook(table, scheme.bits, job);
    if (result.levels.empty()) result.levels.push_back(0);
    result.answer = table.evaluate_levels(result.levels);
    set_limits(result);
    return result;
}

}  // namespace

WhatIf what_if_grid(const MomentTable& table, const Scheme& scheme, const UnitGrid& grid) {
    WhatIf result;
    result.grid = grid;
    result.answer = evaluate_scaled(table, scheme, grid, grid.scale);
    float stored_scale = grid.scale;
    if (scheme.gamma) {
        const ErrorSums& sums = result.answer.sums;
        EstimatedGrid rescaled =
            gamma_rescaled(scheme, grid.scale, sums.value_squared, sums.quantized_squared);
        if (rescaled.scale_lost)
            rescaled = gamma_rescaled(with_32_bit_scales(scheme), grid.scale, sums.value_squared,
                                      sums.quantized_squared);
        stored_scale = rescaled.grid.scale;
        result.answer = evaluate_scaled(table, scheme, grid, stored_scale);
    }
    result.levels = scaled_levels(scheme, grid, stored_scale);
    set_limits(result);
    return result;
}

std::optional<WhatIf> what_if(const MomentTable& table, const Scheme& scheme, const JobContext& job) {
    switch (scheme.family) {
        case Family::integer:
        case Family::logarithmic:
        case Family::small_float:
        case Family::block_scaled: {
            EstimatedGrid estimated = estimate_table_grid(scheme, table, job);
            if (estimated.scale_lost) estimated = estimate_table_grid(with_32_bit_scales(scheme), table, job);
            return what_if_grid(table, scheme, estimated.grid);
        }
        case Family::kmeans:
            return kmeans_what_if(table, scheme, job);
        case Family::floating:
            return floating_what_if(table, scheme.float_format);
        case Family::ggml:
        case Family::keep:
            break;
    }
    return std::nullopt;
}

}  // namespace halfstep
