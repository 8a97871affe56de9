// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        GgufContents read = read_gguf(*file, {});
        std::vector<std::shared_ptr<const InputFile>> no_others;
        fuzz::use_model(file, read.contents, no_others);
    } catch (const Error&) {
    }
    return 0;
}
