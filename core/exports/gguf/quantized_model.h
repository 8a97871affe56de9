// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/job_context.h"
#include "core/exports/quantized_model.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"

#include <filesystem>

namespace halfstep {

// Carries a plan out: writes the model with its weights quantized as a GGUF file (see write_gguf()). A scheme
// that GGUF has no type for is refused (why_not_in_gguf()); where a row is no whole number of blocks,
// llama.cpp's fallback is taken and an issue says so. `out` may be the model's own file. With an importance
// matrix (null: none) blocks are quantized as llama-quantize does with --imatrix, and the file says so.
QuantizedModel write_quantized_model(const Model& model, const Plan& plan, const std::filesystem::path& out,
                                     const JobContext& job, const Importance* importance = nullptr);

}  // namespace halfstep
