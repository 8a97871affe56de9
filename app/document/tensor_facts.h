// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/analysis/moment_table.h"
#include "core/analysis/statistics.h"
#include "core/analysis/what_if.h"
#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace halfstep {

// What the window keeps of the tensor in front of the user. Built once, in the background.
struct TensorFacts {
    MatrixShape shape;
    std::shared_ptr<const MomentTable> table;
    Histogram histogram;
    TensorStatistics statistics;
    // The row that holds the weight of largest magnitude; empty where rows are too long to be kept.
    std::vector<float> widest_row;
    std::uint64_t widest_channel = 0;
    std::uint64_t widest_input = 0;
};

TensorFacts gather_facts(const Model& model, const TensorInfo& tensor, const JobContext& job);

// The grid that is drawn over the histogram. Schemes with one scale for the tensor show theirs; the others
// that of the channel, group or (sub-)block that holds the weight of largest magnitude.
struct ShownGrid {
    std::vector<float> levels;  // ascending; empty where the format has too many to draw
    float clip_low = 0;
    float clip_high = 0;
    std::optional<int> zero_point;
    bool whole_tensor = true;
    std::uint64_t channel = 0;      // where it is not the whole tensor
    std::uint64_t first_input = 0;  // of the group or (sub-)block
    std::optional<WhatIf> what_if;  // where it is the whole tensor: the exact figures as well
};

// None where the scheme has no grid to show, or no row was kept. `importance` is of the tensor's inputs, for
// GGUF blocks; null where not known.
std::optional<ShownGrid> shown_grid(const TensorFacts& facts, const Scheme& scheme,
                                    const JobContext& job = {}, const TensorImportance* importance = nullptr);

// Whether shown_grid() is a matter of microseconds, so that a moving hand need not wait for a thread.
bool is_quickly_shown(const Scheme& scheme);

}  // namespace halfstep
