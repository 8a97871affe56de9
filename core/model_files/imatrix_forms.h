// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/imatrix.h"
#include "core/model_files/input_file.h"

namespace halfstep {

// The readers behind read_imatrix().

Imatrix read_gguf_imatrix(const InputFile& file, const JobContext& job);
Imatrix read_dat_imatrix(const InputFile& file, const JobContext& job);

// Takes an entry over, or leaves it out and says so where a number in it is NaN, infinite or negative.
void take_entry(Imatrix& imatrix, ImatrixEntry entry);

}  // namespace halfstep
