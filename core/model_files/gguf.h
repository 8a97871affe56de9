// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <optional>

namespace halfstep {

// A model divided over several files names its parts in each of them.
struct GgufSplit {
    std::uint64_t number = 0;              // of this file, from 0
    std::uint64_t count = 1;               // of files
    std::optional<std::uint64_t> tensors;  // of all files together
};

struct GgufContents {
    FileContents contents;
    GgufSplit split;
};

bool looks_like_gguf(const InputFile& file);

// Reads and checks the header of a GGUF file, version 2 or 3, little-endian. Throws Error for whatever the
// reference reader refuses (ggml, gguf.cpp). Tensors of a type that is not known are listed; their size is
// what lies before the next tensor. Token lists and the like are passed over without being stored.
GgufContents read_gguf(const InputFile& file, const JobContext& job);

}  // namespace halfstep
