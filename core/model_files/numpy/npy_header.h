// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// What stands before the numbers of a .npy file (numpy/lib/format.py).
struct NpyHeader {
    std::string descr;  // "<f4"; empty for records, whose type is a list
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
    std::uint64_t data_start = 0;
    std::uint64_t descr_position = 0;  // in the file, for errors
    std::uint64_t shape_position = 0;
};

bool looks_like_npy(const InputFile& file);

// Reads the header of versions 1 to 3: a dictionary of Python written down, with the keys descr,
// fortran_order and shape, each once, and nothing else. It is read as text; nothing in it is evaluated.
// Throws Error for anything else.
NpyHeader read_npy_header(const InputFile& file);

}  // namespace halfstep
