// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/safetensors.h"
#include "core/model_files/shard_index.h"
#include "tests/fuzz/use_model.h"

#include <cstdint>
#include <span>

// Reads the bytes as a file of weights, and as the index of several.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace halfstep;
    const auto file = fuzz::file_of(std::span(data, size));
    try {
        looks_like_safetensors(*file);
        FileContents read = read_safetensors(*file, {});
        std::vector<std::shared_ptr<const InputFile>> no_others;
        fuzz::use_model(file, read, no_others);
    } catch (const Error&) {
    }
    try {
        read_shard_index(*file);
    } catch (const Error&) {
    }
    return 0;
}
