// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/gguf/gguf_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// A part of a tensor that one thread converts at a time: whole rows, or whole blocks of a very long one.
struct GgufStretch {
    std::uint32_t tensor = 0;    // index into GgufFile::tensors
    std::uint64_t first = 0;     // element; byte where the tensor's bytes are copied
    std::uint64_t count = 0;     // of elements; of bytes
    std::uint64_t position = 0;  // in the file
};

// Where everything lies in the file.
struct GgufLayout {
    std::uint64_t data_start = 0;
    std::uint64_t file_bytes = 0;
    std::vector<std::uint64_t> offsets;  // of the tensors, from data_start
    std::string start;                   // magic, version and counts
    std::string tensor_infos;
    std::vector<GgufStretch> stretches;  // in the order of their positions
};

// Throws Error for what the format cannot hold: names of 64 bytes or more, or twice the same, more than 4
// axes, types that ggml does not have.
GgufLayout lay_out_gguf(const GgufFile& file);

}  // namespace halfstep
