// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/input_file.h"

#include <cstddef>
#include <vector>

namespace halfstep {

// Starts the lister (lister/main.cpp), gives it the bytes of `file` that it asks for, and returns its answer
// (listing_wire.h). Throws Error with what it found wrong with the file, also where it broke down or took too
// long over it; Cancelled on a stop.
std::vector<std::byte> ask_lister(const InputFile& file, const JobContext& job);

}  // namespace halfstep
