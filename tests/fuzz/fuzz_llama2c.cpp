// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/llama2c/llama2c.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        looks_like_llama2c(*file);
        Llama2cContents read = read_llama2c(file, {});
        fuzz::use_model(file, read.contents, read.further_files);
    } catch (const Error&) {
    }
    return 0;
}
