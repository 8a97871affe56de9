// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/store/image_seal.h"
#include "core/store/workspace_reading.h"
#include "tests/fuzz/listed_file.h"

#include <cstdint>
#include <span>

// A workspace file together with what a lister says of it: a seal only keeps out what was damaged by chance.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    try {
        const fuzz::ListedFile listed = fuzz::listed_file({data, size});
        read_workspace(listed.file, read_listing(*listed.file, *listed.answer));
    } catch (const Error&) {
    }
    try {
        check_seal(*fuzz::file_of({data, size}));
    } catch (const Error&) {
    }
    return 0;
}
