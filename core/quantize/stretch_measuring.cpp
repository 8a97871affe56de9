// SPDX-License-Identifier: GPL-3.0-or-later
// What the grids of a stretch do to its weights; stretch_quantizer.cpp finds the grids.
#include "core/kernels/kernel_table.h"
#include "core/quantize/stretch_quantizer.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

using kernels::kernel_table;

// Squares and their sums over 128 elements stay normal float32 numbers, errors down to 2^-32 of the largest
// weight included.
bool fits_float_sums(const kernels::ValueSummary& summary) {
    const float largest = std::max(std::fabs(summary.min), std::fabs(summary.max));
    return largest == 0 || (largest >= 0x1p-30F && largest <= 0x1p40F);
}

// Kernels sum up what is cheap; Σx̂² follows from it: (x−x̂)² = x² − 2x·x̂ + x̂². Where next to nothing is left
// of Σx², and where sums are too short for their rounding to average out, that is not accurate enough.
constexpr std::size_t shortest_quick_sum = 128;
constexpr double least_left = 0.25;

}  // namespace

kernels::UniformUnits StretchQuantizer::units_at(std::uint64_t first, bool may_clip) const {
    if (applied_->layout.streamed())
        return uniform_units_.view(0, static_cast<std::size_t>(stretch_.count), 0, may_clip);
    const auto offset = static_cast<std::size_t>(first - covered_.first);
    const auto step = static_cast<std::size_t>(applied_->layout.unit_elements);
    return uniform_units_.view(offset / step, step, offset % step, may_clip);
}

UniformUnit StretchQuantizer::scaled_unit_at(std::uint64_t element) const {
    if (form_ != Form::uniform && form_ != Form::floating && form_ != Form::scaled_codebook) return {};
    if (applied_->scheme.family == Family::floating) return {};
    const kernels::UniformUnits units = units_at(element, true);
    return {*units.reciprocal, *units.scale, *units.low, *units.high};
}

UnitParameters StretchQuantizer::searched_unit_at(std::uint64_t element) {
    const Family family = applied_->scheme.family;
    if (family != Family::logarithmic && family != Family::kmeans) return {};
    if (applied_->layout.streamed()) return applied_->streamed_units[stretch_.row];
    const std::uint64_t step = applied_->layout.unit_elements;
    const auto index = static_cast<std::size_t>((element - covered_.first) / step);
    const std::uint64_t offset = index * step;
    const Unit unit{covered_.first + offset, std::min(step, covered_.count - offset)};
    return family == Family::kmeans ? fit(unit) : estimate(unit, lows_[index], highs_[index]);
}

std::uint64_t StretchQuantizer::apply_units(const float* x, std::size_t n, const kernels::UniformUnits& units,
                                            float* reconstruction, float* clipped) const {
    const kernels::KernelTable& kernel = kernel_table();
    switch (form_) {
        case Form::floating:
            return kernel.reconstruct_float(x, n, units, float_, reconstruction, clipped);
        case Form::scaled_codebook:
            return kernel.reconstruct_scaled_codebook(x, n, units, codebook_, reconstruction, clipped);
        default:
            return kernel.reconstruct_uniform(x, n, units, reconstruction, clipped);
    }
}

std::uint64_t StretchQuantizer::apply(const float* x, std::size_t n, std::uint64_t first,
                                      float* reconstruction, float* clipped) const {
    const kernels::KernelTable& kernel = kernel_table();
    switch (form_) {
        case Form::uniform:
        case Form::floating:
        case Form::scaled_codebook:
            return apply_units(x, n, units_at(first, true), reconstruction, clipped);
        case Form::log:
            return kernel.reconstruct_log(x, n, log_, reconstruction, clipped);
        case Form::codebook:
            return kernel.reconstruct_codebook(x, n, codebook_, reconstruction, clipped);
        case Form::bf16:
            return kernel.reconstruct_bf16(x, n, reconstruction, clipped);
        case Form::same:
            std::transform(x, x + n, reconstruction, [](float v) { return std::isfinite(v) ? v : 0.0F; });
            std::fill_n(clipped, n, 0.0F);
            return 0;
        case Form::reconstructed:
            break;
    }
    const auto at = static_cast<std::size_t>(first - stretch_.first);
    std::copy_n(&reconstruction_[at], n, reconstruction);
    std::copy_n(&clipped_[at], n, clipped);
    return static_cast<std::uint64_t>(std::count(clipped, clipped + n, 1.0F));
}

void StretchQuantizer::reconstruct(std::uint64_t first, std::size_t n, float* reconstruction,
                                   float* clipped) {
    apply(window_->part(first, n).data(), n, first, reconstruction, clipped);
}

// Whether a segment that belongs to one unit reaches beyond its codes; others are known already.
bool StretchQuantizer::clips(const kernels::ValueSummary& summary) const {
    if (!units_clip_ || !applied_->layout.streamed()) return units_clip_;
    const kernels::UniformUnits unit = uniform_units_.view(0, 1, 0, true);
    return summary.min * *unit.reciprocal < *unit.low || summary.max * *unit.reciprocal > *unit.high;
}

void StretchQuantizer::measure_quickly(const kernels::Segment& segment, std::uint64_t first,
                                       const kernels::ValueSummary& summary,
                                       kernels::SegmentSums& sums) const {
    const kernels::KernelTable& kernel = kernel_table();
    switch (form_) {
        case Form::uniform:
            kernel.measure_uniform(segment, units_at(first, clips(summary)), &sums);
            break;
        case Form::log: {
            kernels::LogGrid grid = log_;
            grid.clips = std::max(-summary.min, summary.max) >= grid.top;
            kernel.measure_log(segment, grid, &sums);
            break;
        }
        case Form::codebook:
            kernel.measure_codebook(segment, codebook_, &sums);
            break;
        case Form::floating:
            kernel.measure_float(segment, units_at(first, clips(summary)), float_, &sums);
            break;
        case Form::scaled_codebook:
            kernel.measure_scaled_codebook(segment, units_at(first, false), codebook_, &sums);
            break;
        case Form::bf16:
            kernel.measure_bf16(segment, &sums);
            break;
        case Form::reconstructed: {
            const auto at = static_cast<std::size_t>(first - stretch_.first);
            kernel.compare(segment, &reconstruction_[at], &sums);
            sums.clipped =
                static_cast<std::uint64_t>(std::count(&clipped_[at], &clipped_[at] + segment.n, 1.0F));
            break;
        }
        case Form::same:
            break;
    }
}

ErrorSums StretchQuantizer::measure_widely(const float* x, std::uint64_t first, std::size_t n,
                                           std::uint64_t finite) {
    grow_to(other_, n);
    grow_to(other_clipped_, n);
    const std::uint64_t clipped = apply(x, n, first, other_.data(), other_clipped_.data());
    kernels::WideSums sums{};
    kernel_table().compare_wide(x, other_.data(), n, &sums);
    return {finite,
            clipped,
            sums.error_squared,
            sums.value_squared,
            sums.product,
            sums.quantized_squared,
            sums.max_abs_error};
}

ErrorSums StretchQuantizer::measure(std::uint64_t first, std::size_t n,
                                    const kernels::ValueSummary& summary) {
    const std::uint64_t in_blocks = first == stretch_.first ? block_clipped_ : 0;
    if (n >= shortest_quick_sum && fits_float_sums(summary)) {
        const double squared = summary.value_squared;
        if (form_ == Form::same) return {summary.finite, 0, 0, squared, squared, squared, 0};
        kernels::SegmentSums sums{};
        measure_quickly(window_->segment(first, n, summary.finite == n), first, summary, sums);
        const double quantized = sums.error_squared - squared + 2 * sums.product;
        if (quantized >= least_left * squared)
            return {summary.finite, sums.clipped + in_blocks, sums.error_squared, squared, sums.product,
                    quantized,      sums.max_abs_error};
    }
    ErrorSums sums = measure_widely(window_->part(first, n).data(), first, n, summary.finite);
    sums.clipped += in_blocks;
    return sums;
}

}  // namespace halfstep
