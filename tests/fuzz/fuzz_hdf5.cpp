// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/keras/keras.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

// A whole HDF5 file, through the lister: one process each. What libhdf5 does there is not to matter here.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        KerasContents read = read_keras(file, {}, {});
        fuzz::use_model(file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
