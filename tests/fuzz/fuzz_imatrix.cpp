// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/imatrix_forms.h"
#include "tests/fuzz/use_model.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>

// An importance matrix is refused with an Error, or gives numbers that can weigh something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        const Imatrix matrix =
            looks_like_gguf(*file) ? read_gguf_imatrix(*file, {}) : read_dat_imatrix(*file, {});
        for (const ImatrixEntry& entry : matrix.entries)
            for (const float value : entry.mean_squares)
                if (!(value >= 0) || std::isinf(value)) std::abort();
    } catch (const Error&) {
    }
    return 0;
}
