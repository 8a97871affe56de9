// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/importance.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// How evenly the inputs of a tensor matter. Where several matrices (experts) are stacked in it, an input's
// importance is its mean over them.
struct ImportanceSummary {
    struct Input {
        std::uint64_t index = 0;
        double importance = 0;
    };

    double count = 0;  // rows of activations (calls, in the older form) that were seen
    std::uint64_t inputs = 0;
    double min = 0;
    double mean = 0;
    double max = 0;
    std::vector<Input> top;  // the largest first, of equal ones the first
    // The part of Σ importance that lies in the hundredth of the inputs (at least one) that matter most; 0
    // where the sum is 0.
    double top_hundredth_share = 0;
};

ImportanceSummary summarize_importance(const TensorImportance& importance, std::size_t top_inputs = 3);

}  // namespace halfstep
