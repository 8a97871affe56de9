// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/numpy/numpy.h"
#include "core/model_files/numpy/numpy_roles.h"
#include "core/model_files/zip/zip_directory.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

// Reads the bytes as an archive of arrays if they begin like one, else as an array.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        NumpyContents read = looks_like_zip(*file) ? read_npz(file, {}) : read_npy(file);
        find_numpy_roles(read.contents.tensors, read.contents.issues);
        fuzz::use_model(file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
