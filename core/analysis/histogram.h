// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// Counts of finite values in equal bins; bin i holds [low + i·width, low + (i+1)·width), the last one its
// upper edge too.
struct Histogram {
    double low = 0;
    double high = 0;
    std::vector<std::uint64_t> counts;
    std::uint64_t below = 0;
    std::uint64_t above = 0;

    double bin_width() const {
        return counts.empty() ? 0.0 : (high - low) / static_cast<double>(counts.size());
    }
};

Histogram compute_histogram(const Model& model, const TensorInfo& tensor, double low, double high,
                            std::size_t bins, const JobContext& job = {});

}  // namespace halfstep
