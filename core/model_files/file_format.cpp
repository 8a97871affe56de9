// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/file_format.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras_archive.h"
#include "core/model_files/onnx/onnx.h"
#include "core/model_files/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace halfstep {
namespace {

constexpr const char* what_is_read =
    "Halfstep reads safetensors (also sharded), GGUF, ONNX and Keras (.keras, .h5)";

struct KnownStart {
    std::string_view bytes;
    std::string_view what;
    std::string_view advice = what_is_read;
};

// Files that people are likely to try, so that the message can call them by name.
constexpr std::array foreign_starts = {
    KnownStart{"version https://git-lfs", "is a Git LFS pointer, the model itself was not downloaded",
               "Run 'git lfs pull' in its folder"},
    KnownStart{"PK\x03\x04", "is a ZIP archive, such as a PyTorch checkpoint or NumPy's .npz"},
    KnownStart{"\x80\x02", "is a Python pickle, such as an old PyTorch checkpoint"},
    KnownStart{"\x93NUMPY", "is a NumPy array"},
    KnownStart{"lmgg", "is a model of an old llama.cpp (GGML)",
               "Convert it to GGUF with a current llama.cpp"},
    KnownStart{"tjgg", "is a model of an old llama.cpp (GGJT)",
               "Convert it to GGUF with a current llama.cpp"},
    KnownStart{"<!DOCTYPE", "is a web page", "The download went wrong: fetch the file itself"},
    KnownStart{"<html", "is a web page", "The download went wrong: fetch the file itself"},
};

std::string first_bytes(const InputFile& file) {
    std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 64)), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(start.data(), start.size())));
    return start;
}

bool begins_json(const std::string& start) {
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    return first != std::string::npos && start[first] == '{';
}

}  // namespace

FileFormat file_format(const InputFile& file) {
    const std::string name = file.path().filename().string();
    if (looks_like_gguf(file)) return FileFormat::gguf;
    if (looks_like_safetensors(file)) return FileFormat::safetensors;
    const std::string start = first_bytes(file);
    if (start.empty()) throw Error("this file is empty", {file.path().string(), {}, {}}, what_is_read);
    if (looks_like_hdf5(file)) return FileFormat::hdf5;
    if (looks_like_keras_archive(file)) return FileFormat::keras_archive;
    if (name.ends_with(".keras") && start.starts_with("PK")) return FileFormat::keras_archive;
    for (const KnownStart& foreign : foreign_starts)
        if (start.starts_with(foreign.bytes))
            throw Error(std::string(foreign.what), {file.path().string(), {}, {}},
                        std::string(foreign.advice));
    // The readers say what is wrong with the file.
    if (name.ends_with(".safetensors")) return FileFormat::safetensors;
    if (name.ends_with(".gguf")) return FileFormat::gguf;
    if (name.ends_with(".h5") || name.ends_with(".hdf5")) return FileFormat::hdf5;
    if (name.ends_with(".keras")) return FileFormat::keras_archive;
    if (name.ends_with(".onnx") || looks_like_onnx(file)) return FileFormat::onnx;
    if (begins_json(start)) return FileFormat::shard_index;
    throw Error("is not a model file that Halfstep knows", {file.path().string(), {}, {}}, what_is_read);
}

}  // namespace halfstep
