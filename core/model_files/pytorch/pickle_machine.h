// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/byte_reader.h"
#include "core/model_files/pytorch/pickle_tree.h"

namespace halfstep {

// Reads one pickle (protocols 2 to 5, Python's pickletools.py) from where `bytes` stands to behind its STOP.
// Nothing is imported, built or called: classes and functions are names, and calls are written down. What is
// held is proportional to the pickle's own bytes. Throws Error for what is no such pickle, and for names that
// are there only to run code (see names_code_to_run).
PickleTree read_pickle(ByteReader& bytes, const JobContext& job);

}  // namespace halfstep
