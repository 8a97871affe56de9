// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/keras/keras.h"
#include "tests/fuzz/listed_file.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

// A file of weights together with what a lister says of it (see listed_file.h). Files as they are, for which
// a process is started each, are for fuzz_hdf5.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const fuzz::ListedFile listed = fuzz::listed_file({data, size});
    try {
        const KerasFile only{listed.file, read_listing(*listed.file, *listed.answer)};
        KerasContents read = read_keras(std::span(&only, 1), {}, {});
        fuzz::use_model(listed.file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
