// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/exports/gguf/gguf_file.h"
#include "core/model_files/model.h"

#include <string>
#include <vector>

namespace halfstep {

// A GGUF file as a plan wants it, and what has to be said about it.
struct PlannedGguf {
    GgufFile file;
    std::vector<Issue> issues;  // tensors stored otherwise than planned, what llama.cpp will not know
};

// From a GGUF model. All metadata are taken over byte for byte but for general.file_type,
// general.quantization_version (2: what llama-quantize sets) and split.*, which only make sense in parts.
// Tensors keep their order: llama-quantize sorts them by layer and name, but every loader finds them by name,
// and so the file differs from its source only in what the plan changes, and is read front to back.
PlannedGguf planned_gguf_from_gguf(const Model& model, const Plan& plan, const JobContext& job);

// From weights in another format: a Hugging Face folder of one of the families of HfFamily becomes what
// llama.cpp's converter would make of it. Other models keep their tensors' names, and an issue says that
// llama.cpp will not know them. Throws Error for a config.json that lacks what is needed, for tensors that a
// known family does not have, and for weights that are quantized already.
PlannedGguf planned_gguf_from_hf(const Model& model, const Plan& plan, const JobContext& job);

}  // namespace halfstep
