// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"
#include "core/quantize/element_progress.h"
#include "core/quantize/measurement.h"
#include "core/quantize/stretch_quantizer.h"

#include <functional>
#include <span>
#include <vector>

namespace halfstep {

// One tensor and what is to be measured on it; the grids of streamed units are known.
struct MeasuringTask {
    struct Entry {
        AppliedScheme applied;
        ErrorSums sums;
        bool scale_lost = false;
        bool scale_overflow = false;
        WeightedSums weighted;  // where the task has an importance
    };

    const TensorInfo* tensor = nullptr;
    std::vector<Entry> entries;
    // Of the segments of the flattened tensor; empty where nothing has looked at them yet.
    std::vector<kernels::ValueSummary> flat_summaries;
    // The whole tensor as it is stored, once a pass for limits has read it; empty where it is not held.
    std::span<std::byte> held;
    const TensorImportance* importance = nullptr;  // of the tensor's inputs; null where not known
};

// Finds the nested scales of the entries that have such (dq): each depends on all others of the tensor.
void find_nested_scales(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress);

// Elements that this will read, for the progress.
std::uint64_t nesting_work(const MeasuringTask& task);

// Fills in what was measured. Every task's data is read once, for all of its schemes together.
void run_measuring_pass(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress);

// x and x̂ of one segment.
struct ReconstructedSegment {
    std::uint64_t first = 0;  // element of the tensor
    std::span<const float> values;
    std::span<const float> reconstruction;  // 0 where the value is not finite
    std::span<const float> clipped;         // 1 where the code was clipped
    const StretchQuantizer& quantizer;      // knows the units of these elements
};

// Parts into which a tensor's reconstruction is handed out, consecutive elements each; a function of its size
// alone.
std::size_t reconstruction_parts(const TensorInfo& tensor);

// Calls visit(part, segment) for every segment of the tensor: those of a part one after another and in order,
// different parts at the same time.
void reconstruct_tensor(const Model& model, const TensorInfo& tensor, const AppliedScheme& applied,
                        const JobContext& job,
                        const std::function<void(std::size_t, const ReconstructedSegment&)>& visit);

}  // namespace halfstep
