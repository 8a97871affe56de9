// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/measure.h"

#include "core/base/error.h"
#include "core/quantize/held_weights.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"
#include "core/quantize/streamed_units.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

// Tensors whose parts are handed out together, so that many small ones keep every thread busy while what is
// remembered of the parts stays small.
constexpr std::uint64_t batch_elements = std::uint64_t{1} << 28U;

// Importance weights of these types depend on the squares of the whole row (ggml,
// quantize_row_q4_0_impl and its like); those of the others depend on a block at most 256 long.
bool weighs_whole_rows(const Scheme& scheme) {
    if (scheme.family != Family::ggml) return false;
    const DType type = scheme.block_type;
    return type == DType::q4_0 || type == DType::q4_1 || type == DType::q5_0 || type == DType::q5_1;
}

Measurement empty_measurement(const Scheme& scheme, const TensorInfo& tensor, bool weighted) {
    Measurement result;
    result.scheme = scheme;
    const std::uint64_t inputs = matrix_shape(tensor).inputs;
    result.refused = why_not_applicable(scheme, inputs);
    if (result.refused.empty() && weighted && weighs_whole_rows(scheme) && inputs > local_row_elements)
        result.refused = fmt::format("with importance weights its rows may hold {} weights, these hold {}",
                                     local_row_elements, inputs);
    return result;
}

// One tensor on its way: the results asked for, and the tasks that fill them in.
class TensorMeasuring {
  public:
    // Nested scales are many: they are kept only where that is asked for.
    TensorMeasuring(const Model& model, const TensorInfo& tensor, std::span<const Scheme> schemes,
                    const TensorImportance* importance, bool keeps_nested_scales)
        : tensor_(&tensor), keeps_nested_scales_(keeps_nested_scales) {
        if (!tensor.measurable())
            throw Error(fmt::format("tensors of type {} are not measured", tensor.dtype_name),
                        {model.path().string(), tensor.name, {}});
        result_.tensor = tensor.name;
        result_.elements = tensor.elements;
        applied_.resize(schemes.size());
        task_.tensor = &tensor;
        task_.importance = importance;
        for (const Scheme& scheme : schemes) {
            result_.results.push_back(empty_measurement(scheme, tensor, importance != nullptr));
            if (!result_.results.back().refused.empty()) continue;
            task_.entries.push_back(
                {{scheme, unit_layout(scheme, matrix_shape(tensor)), {}, importance}, {}, false, false, {}});
            places_.push_back(result_.results.size() - 1);
        }
    }

    MeasuringTask& task() { return task_; }

    // Entries that have to be measured again with 32-bit scales; they take the place of the others.
    bool start_again_with_32_bit_scales() {
        MeasuringTask again{task_.tensor, {}, std::move(task_.flat_summaries), {}, task_.importance};
        std::vector<std::size_t> again_places;
        for (std::size_t i = 0; i < task_.entries.size(); ++i) {
            MeasuringTask::Entry& entry = task_.entries[i];
            if (!entry.scale_lost) {
                finish(entry, places_[i]);
                continue;
            }
            AppliedScheme applied{
                with_32_bit_scales(entry.applied.scheme), entry.applied.layout, {}, task_.importance};
            again.entries.push_back({std::move(applied), {}, false, false, {}});
            again_places.push_back(places_[i]);
        }
        task_ = std::move(again);
        places_ = std::move(again_places);
        return !task_.entries.empty();
    }

    TensorMeasurement take_result() { return std::move(result_); }
    AppliedScheme take_applied(std::size_t place) { return std::move(applied_[place]); }

  private:
    void finish(MeasuringTask::Entry& entry, std::size_t place) {
        Measurement& result = result_.results[place];
        if (entry.scale_overflow) {
            result.refused = "a block's scale is too large for float16";
            return;
        }
        result.sums = entry.sums;
        if (task_.importance != nullptr) result.weighted = entry.weighted;
        set_size(result, entry.applied.scheme);
        set_tensor_grid(result, entry.applied);
        if (entry.applied.scheme != result.scheme)
            result.issues.push_back(
                {Severity::warning, tensor_->name,
                 fmt::format("{}: 16-bit storage would make a scale 0 or infinite; 32-bit scales are used",
                             to_string(result.scheme))});
        if (!keeps_nested_scales_) entry.applied.nested_scales = {};
        applied_[place] = std::move(entry.applied);
    }

    void set_size(Measurement& result, const Scheme& scheme) const {
        const MatrixShape shape = matrix_shape(*tensor_);
        const std::uint64_t bits = scheme.family == Family::keep
                                       ? tensor_->bytes * 8
                                       : stored_bits(scheme, shape.channels, shape.inputs, tensor_->dtype);
        result.bytes = (bits + 7) / 8;
        if (tensor_->elements != 0)
            result.bits_per_weight = static_cast<double>(bits) / static_cast<double>(tensor_->elements);
    }

    static void set_tensor_grid(Measurement& result, const AppliedScheme& applied) {
        const Scheme& scheme = applied.scheme;
        if (!has_scales(scheme) || !applied.layout.flat || applied.streamed_units.empty()) return;
        result.scale = applied.streamed_units.front().stored_scale;
        if (scheme.family == Family::integer && scheme.symmetry == Symmetry::asym)
            result.zero_point = applied.streamed_units.front().grid.zero_point;
    }

    const TensorInfo* tensor_;
    bool keeps_nested_scales_;
    TensorMeasurement result_;
    std::vector<AppliedScheme> applied_;  // what each result was measured with
    MeasuringTask task_;
    std::vector<std::size_t> places_;  // of the task's entries in the results
};

void run(const Model& model, std::span<TensorMeasuring> batch, HeldWeights& held, ElementProgress& progress) {
    std::vector<MeasuringTask> tasks;
    for (TensorMeasuring& one : batch)
        tasks.push_back(std::move(one.task()));
    held.make_room(tasks);
    find_streamed_units(model, tasks, progress);
    find_nested_scales(model, tasks, progress);
    run_measuring_pass(model, tasks, progress);
    for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i].task() = std::move(tasks[i]);
}

void measure_batch(const Model& model, std::span<TensorMeasuring> batch, HeldWeights& held,
                   ElementProgress& progress) {
    run(model, batch, held, progress);
    bool again = false;
    for (TensorMeasuring& one : batch)
        again = one.start_again_with_32_bit_scales() || again;
    if (!again) return;
    run(model, batch, held, progress);
    for (TensorMeasuring& one : batch)
        one.start_again_with_32_bit_scales();
}

std::vector<TensorMeasuring> measure_all(const Model& model, std::span<const TensorInfo* const> tensors,
                                         std::span<const Scheme> schemes, const JobContext& job,
                                         const Importance* importance, bool keep_nested_scales = false) {
    std::vector<TensorMeasuring> all;
    all.reserve(tensors.size());
    ElementProgress progress(job);
    for (const TensorInfo* tensor : tensors) {
        all.emplace_back(model, *tensor, schemes,
                         importance == nullptr ? nullptr : importance->find(tensor->name),
                         keep_nested_scales);
        progress.expect(tensor->elements + streamed_work(all.back().task()) +
                        nesting_work(all.back().task()));
    }
    HeldWeights held;
    const std::uint64_t most_held = HeldWeights::batch_bytes(job.thread_count());
    for (std::size_t first = 0; first < all.size();) {
        std::uint64_t elements = 0;
        std::uint64_t bytes_held = 0;
        std::size_t end = first;
        for (; end < all.size(); ++end) {
            const std::uint64_t bytes = HeldWeights::bytes_of(all[end].task());
            const bool full = elements >= batch_elements || bytes_held + bytes > most_held;
            if (full && end != first) break;
            elements += tensors[end]->elements;
            bytes_held += bytes;
        }
        measure_batch(model, std::span(all).subspan(first, end - first), held, progress);
        first = end;
    }
    return all;
}

}  // namespace

std::vector<TensorMeasurement> measure_tensors(const Model& model, std::span<const TensorInfo* const> tensors,
                                               std::span<const Scheme> schemes, const JobContext& job,
                                               const Importance* importance) {
    std::vector<TensorMeasurement> results;
    for (TensorMeasuring& one : measure_all(model, tensors, schemes, job, importance))
        results.push_back(one.take_result());
    return results;
}

TensorMeasurement measure_tensor(const Model& model, const TensorInfo& tensor,
                                 std::span<const Scheme> schemes, const JobContext& job,
                                 const Importance* importance) {
    const TensorInfo* const one[] = {&tensor};
    return measure_tensors(model, one, schemes, job, importance).front();
}

MeasuredScheme measure_scheme(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                              const JobContext& job, const Importance* importance) {
    const TensorInfo* const one[] = {&tensor};
    TensorMeasuring measured =
        std::move(measure_all(model, one, {&scheme, 1}, job, importance, true).front());
    MeasuredScheme result{measured.take_result().results.front(), measured.take_applied(0)};
    if (!result.measurement.refused.empty())
        throw Error(fmt::format("{} cannot be applied: {}", to_string(scheme), result.measurement.refused),
                    {model.path().string(), tensor.name, {}});
    return result;
}

}  // namespace halfstep
