// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/job_context.h"
#include "core/exports/quantized_model.h"
#include "core/model_files/model.h"

#include <filesystem>

namespace halfstep {

// Throws Error for a model that is not ONNX, and for what ONNX cannot hold as it is planned.
void check_for_onnx(const Model& model, const Plan& plan);

// Carries a plan out: writes an ONNX model anew with the planned weights quantized (see qdq_document.h). Data
// that was beside the model, or does not fit into the 2 GiB that a model may have, goes to OUT.data. `out`
// may be the model's own file. Throws Error, before anything is written, for what check_for_onnx() refuses,
// and for operator sets that cannot be raised.
QuantizedModel write_quantized_onnx(const Model& model, const Plan& plan, const std::filesystem::path& out,
                                    const JobContext& job);

}  // namespace halfstep
