// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/keras/keras_arrays.h"
#include "tests/fuzz/use_model.h"
#include "tests/support/numpy_pickle.h"

#include <cstdint>
#include <span>
#include <string>

// An archive of arrays as it is, or else the pickle of one layer's variables in such an archive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    std::string bytes(reinterpret_cast<const char*>(data), size);
    if (!bytes.starts_with("PK")) bytes = testing::keras_arrays(bytes);
    const auto file = fuzz::file_of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    try {
        KerasContents read = read_keras_arrays(file, {}, {});
        fuzz::use_model(file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
