// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/stretch_quantizer.h"

#include "core/ggml/ggml_blocks.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/codebook_fit.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

using kernels::kernel_table;

std::size_t whole_lanes(std::size_t n) {
    return (n + kernels::lanes - 1) / kernels::lanes * kernels::lanes;
}

}  // namespace

void StretchQuantizer::start(const AppliedScheme& applied, const Window& window, const Stretch& stretch,
                             const StretchSummary& summary, const JobContext& job) {
    const bool same_unit = goes_on(applied, stretch);
    started_ = true;
    applied_ = &applied;
    window_ = &window;
    job_ = &job;
    stretch_ = stretch;
    covered_ = applied.layout.covered(stretch);
    summary_ = summary;
    if (same_unit) return;
    scale_lost_ = false;
    scale_overflow_ = false;
    block_clipped_ = 0;
    switch (applied.scheme.family) {
        case Family::integer:
        case Family::small_float:
        case Family::block_scaled:
            start_units();
            break;
        case Family::logarithmic:
        case Family::kmeans:
            start_single_or_reconstruct();
            break;
        case Family::floating:
            start_floating();
            break;
        case Family::ggml:
            start_blocks();
            break;
        case Family::keep:
            form_ = Form::same;
            break;
    }
}

// Whether a stretch belongs to the same streamed unit as the one before.
bool StretchQuantizer::goes_on(const AppliedScheme& applied, const Stretch& stretch) const {
    return started_ && applied_ == &applied && applied.layout.streamed() && stretch_.row == stretch.row;
}

// Limits of every unit, where the range is taken from them.
void StretchQuantizer::find_limits() {
    const auto unit = static_cast<std::size_t>(applied_->layout.unit_elements);
    const auto n = static_cast<std::size_t>(covered_.count);
    const std::size_t units = (n + unit - 1) / unit;
    grow_to(lows_, whole_lanes(units));
    grow_to(highs_, whole_lanes(units));
    std::fill(&lows_[0] + units, &lows_[0] + whole_lanes(units), 0.0F);
    std::fill(&highs_[0] + units, &highs_[0] + whole_lanes(units), 0.0F);
    const Range range = applied_->scheme.range;
    if (range != Range::minmax && !UnitScales::suits(applied_->scheme, unit)) return;
    const bool same = covered_.count == stretch_.count;
    const bool all_finite = same && summary_.whole.finite == stretch_.count;
    if (units == 1 && same) {
        lows_[0] = summary_.whole.min;
        highs_[0] = summary_.whole.max;
    } else if (all_finite && summary_.group != 0 && unit % summary_.group == 0) {
        fold_limits(unit / summary_.group, units);
    } else {
        const std::span<const float> values = window_->part(covered_.first, covered_.count);
        kernel_table().find_group_ranges(values.data(), n, unit, all_finite, lows_.data(), highs_.data());
    }
}

// Limits of units that are `groups` groups each, the last one perhaps fewer.
void StretchQuantizer::fold_limits(std::size_t groups, std::size_t units) {
    const std::span<const float> low = summary_.low;
    const std::span<const float> high = summary_.high;
    if (groups == 1) {
        std::copy(low.begin(), low.end(), lows_.begin());
        std::copy(high.begin(), high.end(), highs_.begin());
        return;
    }
    for (std::size_t i = 0; i < units; ++i) {
        const std::size_t end = std::min((i + 1) * groups, low.size());
        lows_[i] = low[i * groups];
        highs_[i] = high[i * groups];
        for (std::size_t group = i * groups + 1; group < end; ++group) {
            lows_[i] = std::min(lows_[i], low[group]);
            highs_[i] = std::max(highs_[i], high[group]);
        }
    }
}

void StretchQuantizer::choose_form_of_units() {
    const Scheme& scheme = applied_->scheme;
    if (scheme.family == Family::integer) {
        form_ = Form::uniform;
    } else if (scheme.float_format == FloatFormat::nf4) {
        form_ = Form::scaled_codebook;
        if (!holds_nf4_) fill_codebook_grid(nf4_values(), codebook_);
        holds_nf4_ = true;
    } else {
        form_ = Form::floating;
        float_ = float_grid(small_float(scheme.float_format));
    }
}

// Grids that every unit scales.
void StretchQuantizer::start_units() {
    const Scheme& scheme = applied_->scheme;
    choose_form_of_units();
    units_clip_ = true;
    if (applied_->layout.streamed()) {
        const UnitParameters& unit = applied_->streamed_units[stretch_.row];
        uniform_units_.resize(1);
        uniform_units_.set(0, scaled_unit(scheme, unit.grid, unit.stored_scale));
        return;
    }
    find_limits();
    const std::uint64_t step = applied_->layout.unit_elements;
    const auto units = static_cast<std::size_t>((covered_.count + step - 1) / step);
    uniform_units_.resize(units);
    make_units(units);
    if (!applied_->nested_scales.empty())
        uniform_units_.set_scales(std::span(applied_->nested_scales).subspan(first_unit(), units));
}

void StretchQuantizer::make_units(std::size_t units) {
    const Scheme& scheme = applied_->scheme;
    const std::uint64_t step = applied_->layout.unit_elements;
    if (scheme.range == Range::minmax && !scheme.gamma) {
        const kernels::UnitOutcome outcome =
            kernel_table().make_units(unit_rule(scheme, applied_->tensor_scale), lows_.data(), highs_.data(),
                                      units, uniform_units_.arrays());
        units_clip_ = outcome.clips;
        scale_lost_ = outcome.scale_lost;
        return;
    }
    if (start_scanned_units(units)) return;
    for (std::size_t index = 0; index < units; ++index) {
        const std::uint64_t offset = index * step;
        const Unit unit{covered_.first + offset, std::min(step, covered_.count - offset)};
        const UnitParameters parameters = estimate(unit, lows_[index], highs_[index]);
        uniform_units_.set(index, scaled_unit(scheme, parameters.grid, parameters.stored_scale));
    }
}

// The number of the first unit that the stretch touches, among all of the tensor.
std::size_t StretchQuantizer::first_unit() const {
    const UnitLayout& layout = applied_->layout;
    const std::uint64_t units_of_row =
        (layout.row_elements + layout.unit_elements - 1) / layout.unit_elements;
    const std::uint64_t offset = covered_.first - covered_.row * layout.row_elements;
    return static_cast<std::size_t>(covered_.row * units_of_row + offset / layout.unit_elements);
}

StretchQuantizer::UnitScaleRun StretchQuantizer::scales_of_units() const {
    const std::uint64_t step = applied_->layout.unit_elements;
    const auto units = static_cast<std::size_t>((covered_.count + step - 1) / step);
    const std::size_t begun_before = covered_.first < stretch_.first ? 1 : 0;
    return {first_unit() + begun_before, uniform_units_.scales(units).subspan(begun_before)};
}

void StretchQuantizer::start_floating() {
    units_clip_ = true;
    switch (applied_->scheme.float_format) {
        case FloatFormat::fp16:
            form_ = Form::floating;
            float_ = float_grid(float_e5m10);
            uniform_units_.resize(1);
            uniform_units_.set(0, float_unit(float_e5m10, 1, 1));
            break;
        case FloatFormat::bf16:
            form_ = Form::bf16;
            break;
        default:
            form_ = Form::same;
            break;
    }
}

// Units whose scales are found side by side; false where the scheme or the weights are not for that.
bool StretchQuantizer::start_scanned_units(std::size_t units) {
    const Scheme& scheme = applied_->scheme;
    const auto unit = static_cast<std::size_t>(applied_->layout.unit_elements);
    const bool all_finite = covered_.count == stretch_.count && summary_.whole.finite == stretch_.count;
    if (scheme.gamma || !all_finite || !UnitScales::suits(scheme, unit)) return false;
    const std::span<const float> scales =
        unit_scales_.find(scheme, window_->part(covered_.first, covered_.count), unit,
                          std::span(lows_).first(units), std::span(highs_).first(units));
    for (std::size_t index = 0; index < units; ++index) {
        const EstimatedGrid estimated = stored_grid(scheme, scales[index]);
        scale_lost_ = scale_lost_ || estimated.scale_lost;
        uniform_units_.set(index, scaled_unit(scheme, estimated.grid, estimated.grid.scale));
    }
    return true;
}

// One unit: the fused kernel. More of them: x̂ is written down, unit by unit, and compared afterwards, which
// gives the same sums.
void StretchQuantizer::start_single_or_reconstruct() {
    const bool log = applied_->scheme.family == Family::logarithmic;
    const auto use = [&](const UnitParameters& unit) { log ? use_log(unit) : use_codebook(unit); };
    if (applied_->layout.streamed()) {
        use(applied_->streamed_units[stretch_.row]);
        return;
    }
    find_limits();
    const std::uint64_t step = applied_->layout.unit_elements;
    const auto parameters_of = [&](const Unit& unit, std::size_t index) {
        return log ? estimate(unit, lows_[index], highs_[index]) : fit(unit);
    };
    if (covered_.count <= step) {
        use(parameters_of({covered_.first, covered_.count}, 0));
        return;
    }
    grow_to(reconstruction_, static_cast<std::size_t>(stretch_.count));
    grow_to(clipped_, static_cast<std::size_t>(stretch_.count));
    std::size_t index = 0;
    for (std::uint64_t offset = 0; offset < covered_.count; offset += step, ++index) {
        const Unit unit{covered_.first + offset, std::min(step, covered_.count - offset)};
        use(parameters_of(unit, index));
        const std::uint64_t from = std::max(unit.first, stretch_.first);
        const std::uint64_t to = std::min(unit.first + unit.count, stretch_.first + stretch_.count);
        const auto at = static_cast<std::size_t>(from - stretch_.first);
        const std::span<const float> values = window_->part(from, to - from);
        apply(values.data(), values.size(), from, &reconstruction_[at], &clipped_[at]);
    }
    form_ = Form::reconstructed;
}

void StretchQuantizer::start_blocks() {
    form_ = Form::reconstructed;
    const std::span<const float> values = window_->part(stretch_.first, stretch_.count);
    grow_to(reconstruction_, values.size());
    grow_to(clipped_, values.size());
    std::fill_n(clipped_.begin(), values.size(), 0.0F);
    std::span<const float> finite = values;
    if (summary_.whole.finite != stretch_.count) {
        grow_to(other_, values.size());
        std::transform(values.begin(), values.end(), other_.begin(),
                       [](float x) { return std::isfinite(x) ? x : 0.0F; });
        finite = std::span<const float>(other_).first(values.size());
    }
    std::span<const float> importance;
    if (applied_->importance != nullptr)
        importance = applied_->importance->in_row(stretch_.first, values.size());
    const BlockOutcome outcome = fake_quantize_ggml_row(applied_->scheme.block_type, finite, importance,
                                                        std::span(reconstruction_).first(values.size()));
    block_clipped_ = outcome.clipped;
    scale_overflow_ = outcome.scale_overflow;
}

void StretchQuantizer::use_log(const UnitParameters& unit) {
    form_ = Form::log;
    log_ = log_grid(applied_->scheme, unit.grid.scale, unit.stored_scale);
}

void StretchQuantizer::use_codebook(const UnitParameters& unit) {
    form_ = Form::codebook;
    holds_nf4_ = false;
    fill_codebook_grid(unit.levels, codebook_);
}

UnitParameters StretchQuantizer::estimate(const Unit& unit, float low, float high) {
    const Scheme& scheme = applied_->scheme;
    EstimatedGrid estimated;
    if (scheme.range == Range::minmax) {
        estimated = grid_from_limits(scheme, low, high);
    } else {
        check_stop();
        estimated = estimate_grid(scheme, window_->part(unit.first, unit.count), range_scratch_, *job_);
    }
    scale_lost_ = scale_lost_ || estimated.scale_lost;
    UnitParameters parameters{estimated.grid, estimated.grid.scale, {}};
    if (scheme.gamma) apply_gamma(unit, parameters);
    return parameters;
}

void StretchQuantizer::apply_gamma(const Unit& unit, UnitParameters& parameters) {
    const std::span<const float> x = window_->part(unit.first, unit.count);
    grow_to(other_, x.size());
    grow_to(other_clipped_, x.size());
    const kernels::KernelTable& kernel = kernel_table();
    if (applied_->scheme.family == Family::logarithmic) {
        const kernels::LogGrid log =
            log_grid(applied_->scheme, parameters.grid.scale, parameters.stored_scale);
        kernel.reconstruct_log(x.data(), x.size(), log, other_.data(), other_clipped_.data());
    } else {
        const UniformUnit one = scaled_unit(applied_->scheme, parameters.grid, parameters.stored_scale);
        apply_units(x.data(), x.size(),
                    {&one.reciprocal, &one.scale, &one.low, &one.high, nullptr, x.size(), 0, true},
                    other_.data(), other_clipped_.data());
    }
    kernels::WideSums sums{};
    kernel.compare_wide(x.data(), other_.data(), x.size(), &sums);
    const EstimatedGrid rescaled =
        gamma_rescaled(applied_->scheme, parameters.grid.scale, sums.value_squared, sums.quantized_squared);
    scale_lost_ = scale_lost_ || rescaled.scale_lost;
    parameters.stored_scale = rescaled.grid.scale;
}

UnitParameters StretchQuantizer::fit(const Unit& unit) {
    check_stop();
    return {
        {},
        0,
        fit_codebook(window_->part(unit.first, unit.count), applied_->scheme.bits, range_scratch_, *job_)};
}

void StretchQuantizer::check_stop() const {
    job_->throw_if_stopped();
}

}  // namespace halfstep
