// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"
#include "core/quantize/stretch_quantizer.h"

namespace halfstep {

// One scheme measured on one tensor, with what it was measured with, to look at its reconstruction closely
// (see reconstruct_tensor).
struct MeasuredScheme {
    Measurement measurement;
    AppliedScheme applied;
};

// Throws Error where the scheme cannot be applied. `importance` must outlive the result.
MeasuredScheme measure_scheme(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                              const JobContext& job, const Importance* importance = nullptr);

}  // namespace halfstep
