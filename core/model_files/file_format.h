// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstdint>

namespace halfstep {

enum class FileFormat : std::uint8_t {
    safetensors,
    shard_index,
    gguf,
    onnx,
    pytorch,
    hdf5,
    keras_archive,
    numpy_array,
    numpy_archive,
    llama2c
};

// What a file is, by its content; its name decides only where the content is too short or damaged to tell.
// Throws Error, saying what the file seems to be instead, for anything else.
FileFormat file_format(const InputFile& file);

}  // namespace halfstep
