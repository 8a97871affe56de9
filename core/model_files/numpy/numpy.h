// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"

#include <memory>
#include <vector>

namespace halfstep {

struct NumpyContents {
    FileContents contents;  // its tensors lie in file 0, the file itself, or in further ones, from 1 on
    std::vector<std::shared_ptr<const InputFile>> further_files;  // entries of archives, and what is made out
};

// Reads the header of a .npy file. The array is named after its file. Throws Error for what is no array of
// real numbers: objects, which are Python pickles and never read, records, text, dates, complex numbers.
NumpyContents read_npy(const std::shared_ptr<const InputFile>& file);

// Whether this is a ZIP archive with arrays of NumPy in it, or by its name should be one.
bool looks_like_npz(const InputFile& file);

// Reads the headers of all arrays of a .npz file, each named after its entry. Those that no shape or type can
// be given for, objects and records, are left out with a note; other types are listed.
NumpyContents read_npz(const std::shared_ptr<const InputFile>& file, const JobContext& job);

}  // namespace halfstep
