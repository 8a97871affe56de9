// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"

namespace halfstep {

// Whether the first bytes look like those of a safetensors file, even a cut one.
bool looks_like_safetensors(const InputFile& file);

// Reads and checks the header of a safetensors file. Throws Error for whatever the reference reader refuses
// (huggingface/safetensors, tensor.rs), and for duplicate names.
FileContents read_safetensors(const InputFile& file, const JobContext& job);

}  // namespace halfstep
