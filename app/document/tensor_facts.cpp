// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/tensor_facts.h"

#include "core/ggml/block_levels.h"
#include "core/ggml/ggml_blocks.h"
#include "core/model_files/row_reader.h"
#include "core/quantize/codebook_fit.h"
#include "core/quantize/range.h"
#include "core/schemes/grid.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace halfstep {
namespace {

constexpr std::uint64_t longest_row_kept = 1U << 20U;
constexpr std::uint64_t block_elements = 65'536;
// bfloat16 has 256 values an octave: finer bins would show its spacing instead of the distribution.
constexpr std::size_t histogram_bins = 240;

// The element of largest magnitude among the finite ones, by its number in the file.
std::uint64_t widest_element(const Model& model, const TensorInfo& tensor, const JobContext& job) {
    std::vector<float> block(static_cast<std::size_t>(std::min(block_elements, tensor.elements)));
    std::uint64_t widest = 0;
    float greatest = -1;
    for (std::uint64_t first = 0; first < tensor.elements; first += block.size()) {
        job.throw_if_stopped();
        const std::span<float> part(block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(
                                                      block.size(), tensor.elements - first)));
        model.read_floats(tensor, first, part);
        for (std::size_t i = 0; i < part.size(); ++i) {
            const float magnitude = std::fabs(part[i]);
            if (std::isfinite(magnitude) && magnitude > greatest) {
                greatest = magnitude;
                widest = first + i;
            }
        }
    }
    return widest;
}

std::span<const float> unit_of(const TensorFacts& facts, const Scheme& scheme, std::uint64_t& first_input) {
    std::uint64_t size = facts.shape.inputs;
    if (scheme.family == Family::ggml) size = traits(scheme.block_type).block_elements;
    if (scheme.family != Family::ggml && scheme.granularity == Granularity::group) size = scheme.group_size;
    first_input = facts.widest_input / size * size;
    const std::uint64_t count = std::min<std::uint64_t>(size, facts.widest_row.size() - first_input);
    return std::span(facts.widest_row)
        .subspan(static_cast<std::size_t>(first_input), static_cast<std::size_t>(count));
}

// Of one weight of a row, which are those of its sub-block. Blocks know nothing of each other but with
// importance, where the whole row counts.
std::vector<float> levels_in_block(DType type, std::span<const float> row, std::span<const float> importance,
                                   std::size_t element) {
    const std::size_t size = traits(type).block_elements;
    const std::size_t block = element / size;
    if ((block + 1) * size > row.size() || (!importance.empty() && row.size() % size != 0)) return {};
    const auto weights = importance.empty() ? row.subspan(block * size, size) : row;
    std::vector<float> finite(weights.begin(), weights.end());
    std::ranges::replace_if(
        finite, [](float x) { return !std::isfinite(x); }, 0.0F);
    std::vector<std::byte> bytes(ggml_bytes(type, finite.size()));
    if (quantize_ggml_row(type, finite, importance, bytes).scale_overflow) return {};
    const std::size_t block_bytes = ggml_bytes(type, size);
    const std::size_t skipped = importance.empty() ? 0 : block * block_bytes;
    return ggml_levels_at(type, std::span(bytes).subspan(skipped, block_bytes), element % size);
}

std::optional<ShownGrid> grid_of_unit(const TensorFacts& facts, const Scheme& scheme, const JobContext& job,
                                      const TensorImportance* importance) {
    if (facts.widest_row.empty()) return std::nullopt;
    ShownGrid shown;
    shown.whole_tensor = false;
    shown.channel = facts.widest_channel;
    const std::span<const float> unit = unit_of(facts, scheme, shown.first_input);
    RangeScratch scratch;
    switch (scheme.family) {
        case Family::integer:
        case Family::logarithmic:
        case Family::small_float:
        case Family::block_scaled: {
            // The row holds the tensor's largest weight: nvfp4's scale of the tensor follows from it. Nested
            // scales are shown as they were before.
            EstimatedGrid estimated = estimate_grid(scheme, unit, scratch);
            if (estimated.scale_lost) estimated = estimate_grid(with_32_bit_scales(scheme), unit, scratch);
            shown.levels = grid_levels(scheme, estimated.grid.scale, estimated.grid.zero_point);
            if (scheme.family == Family::integer && scheme.symmetry == Symmetry::asym)
                shown.zero_point = estimated.grid.zero_point;
            break;
        }
        case Family::kmeans:
            shown.levels = fit_codebook(unit, scheme.bits, scratch, job);
            break;
        case Family::ggml: {
            const std::uint64_t element = facts.widest_input - shown.first_input;
            const std::uint64_t sharing = ggml_scale_elements(scheme.block_type);
            std::span<const float> of_row;
            if (importance != nullptr)
                of_row =
                    importance->in_row(facts.widest_channel * facts.shape.inputs, facts.widest_row.size());
            shown.levels = levels_in_block(scheme.block_type, facts.widest_row, of_row,
                                           static_cast<std::size_t>(facts.widest_input));
            shown.first_input += element / sharing * sharing;
            break;
        }
        case Family::floating:
        case Family::keep:
            return std::nullopt;
    }
    if (shown.levels.empty()) return std::nullopt;
    shown.clip_low = shown.levels.front();
    shown.clip_high = shown.levels.back();
    return shown;
}

std::optional<ShownGrid> grid_of_tensor(const TensorFacts& facts, const Scheme& scheme) {
    std::optional<WhatIf> answer = what_if(*facts.table, scheme);
    if (!answer) return std::nullopt;
    ShownGrid shown;
    shown.levels = scheme.family == Family::floating ? std::vector<float>{} : answer->levels;
    shown.clip_low = answer->clip_low;
    shown.clip_high = answer->clip_high;
    if (scheme.family == Family::integer && scheme.symmetry == Symmetry::asym)
        shown.zero_point = answer->grid.zero_point;
    shown.what_if = std::move(answer);
    return shown;
}

}  // namespace

TensorFacts gather_facts(const Model& model, const TensorInfo& tensor, const JobContext& job) {
    TensorFacts facts;
    facts.shape = matrix_shape(tensor);
    facts.table = std::make_shared<const MomentTable>(MomentTable::build(model, tensor, job));
    double low = facts.table->min();
    double high = facts.table->max();
    if (low == high) {  // one value: a bin each side of it keeps the axis meaningful
        const double margin = low == 0 ? 1.0 : std::fabs(low) / 2;
        low -= margin;
        high += margin;
    }
    facts.histogram = compute_histogram(model, tensor, low, high, histogram_bins, job);
    facts.statistics = compute_statistics(model, tensor, job);
    if (facts.shape.inputs > 0 && facts.shape.inputs <= longest_row_kept && tensor.elements > 0) {
        const MatrixPlace widest = matrix_place(matrix_layout(tensor), widest_element(model, tensor, job));
        facts.widest_channel = widest.row;
        facts.widest_input = widest.input;
        facts.widest_row.resize(static_cast<std::size_t>(facts.shape.inputs));
        RowReader().read_floats(model, tensor, facts.widest_channel * facts.shape.inputs, facts.widest_row);
    }
    return facts;
}

std::optional<ShownGrid> shown_grid(const TensorFacts& facts, const Scheme& scheme, const JobContext& job,
                                    const TensorImportance* importance) {
    if (facts.table->count() == 0 || scheme.family == Family::keep) return std::nullopt;
    const bool one_scale = scheme.family == Family::floating ||
                           (scheme.family != Family::ggml && scheme.granularity == Granularity::tensor) ||
                           (scheme.family != Family::ggml && scheme.granularity == Granularity::channel &&
                            facts.shape.channels == 1);
    return one_scale ? grid_of_tensor(facts, scheme) : grid_of_unit(facts, scheme, job, importance);
}

bool is_quickly_shown(const Scheme& scheme) {
    if (scheme.family == Family::ggml || scheme.family == Family::keep || scheme.family == Family::floating)
        return true;
    return scheme.family != Family::kmeans && scheme.range != Range::mse && scheme.range != Range::kl;
}

}  // namespace halfstep
