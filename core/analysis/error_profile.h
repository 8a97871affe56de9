// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/quantize/measurement.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// Where the error of one scheme on one tensor comes from.
struct ErrorProfile {
    struct ValueBin {
        double low = 0;  // of the weight's value
        double high = 0;
        std::uint64_t count = 0;
        double mean_error = 0;        // mean of x̂−x
        double rounding_squared = 0;  // Σ(x−x̂)² of weights inside the representable range
        double clipping_squared = 0;  // Σ(x−x̂)² of clipped ones
    };

    Histogram errors;                // of x̂−x
    std::vector<ValueBin> by_value;  // equal bins over [min, max] of the tensor
    ErrorSums sums;
    double rounding_squared = 0;  // rounding_squared + clipping_squared = sums.error_squared
    double clipping_squared = 0;
};

// Throws Error where the scheme cannot be applied to the tensor. `importance` is what GGUF blocks are
// quantized with; the errors are counted without it.
ErrorProfile compute_error_profile(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                                   std::size_t bins, const JobContext& job = {},
                                   const Importance* importance = nullptr);

}  // namespace halfstep
