// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"

#include <memory>
#include <vector>

namespace halfstep {

struct Llama2cContents {
    FileContents contents;  // its tensors lie in file 0, the file itself, or in further ones, from 1 on
    std::vector<std::shared_ptr<const InputFile>> further_files;  // int8 weights, as float32
    bool shared_head = false;                                     // the output head is the token embedding
};

// Whether this is a file of llama2.c: by its magic number; version 0, which has none, by seven numbers that a
// model can have and that give exactly the size of the file.
bool looks_like_llama2c(const InputFile& file);

// Whether it begins as version 0 does, whatever its size: a cut one, if its name says so too.
bool begins_like_llama2c(const InputFile& file);

// Reads and checks the header of a file that llama2.c's export.py wrote: versions 0 to 2 (karpathy/llama2.c,
// export.py, run.c and runq.c). Weights of version 2 are read as scale · code in float32, whether scales
// follow each tensor, as runq.c has it, or all tensors, as one export.py wrote them.
Llama2cContents read_llama2c(const std::shared_ptr<const InputFile>& file, const JobContext& job);

}  // namespace halfstep
