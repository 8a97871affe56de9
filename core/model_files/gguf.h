// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// A model divided over several files names its parts in each of them.
struct GgufSplit {
    std::uint64_t number = 0;              // of this file, from 0
    std::uint64_t count = 1;               // of files
    std::optional<std::uint64_t> tensors;  // of all files together
};

// Where one metadata value lies in the file, its key in front of it: for who copies it unread.
struct GgufMetadataRange {
    std::string key;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct GgufContents {
    FileContents contents;
    GgufSplit split;
    std::vector<GgufMetadataRange> metadata;  // in the order of the file
    std::uint64_t alignment = 32;
};

bool looks_like_gguf(const InputFile& file);

// Reads and checks the header of a GGUF file, version 2 or 3, little-endian. Throws Error for whatever the
// reference reader refuses (ggml, gguf.cpp). Tensors of a type that is not known are listed; their size is
// what lies before the next tensor. Token lists and the like are passed over without being stored.
GgufContents read_gguf(const InputFile& file, const JobContext& job);

// The number of a type in the file; none for a type that ggml does not have.
std::optional<std::uint32_t> gguf_type_number(DType dtype);

}  // namespace halfstep
