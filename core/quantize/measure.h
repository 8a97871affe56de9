// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/quantize/measurement.h"

#include <span>
#include <vector>

namespace halfstep {

// Applies every scheme to a tensor and measures the error. The tensor is read in blocks, by as many passes as
// the schemes' ranges need, all schemes sharing a pass; memory does not grow with the tensor. Numbers do not
// depend on the instruction set or the number of threads. Throws Error for a tensor that is not measurable; a
// scheme that cannot be applied gives a Measurement with `refused` set.
// Where `importance` knows the tensor, GGUF blocks find their scales with it as ggml does, and every
// measurement has weighted sums as well.
TensorMeasurement measure_tensor(const Model& model, const TensorInfo& tensor,
                                 std::span<const Scheme> schemes, const JobContext& job = {},
                                 const Importance* importance = nullptr);

// The same for many tensors, in the order given; progress counts elements.
std::vector<TensorMeasurement> measure_tensors(const Model& model, std::span<const TensorInfo* const> tensors,
                                               std::span<const Scheme> schemes, const JobContext& job = {},
                                               const Importance* importance = nullptr);

}  // namespace halfstep
