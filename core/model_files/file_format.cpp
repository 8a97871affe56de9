// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/file_format.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/llama2c/llama2c.h"
#include "core/model_files/numpy/npy_header.h"
#include "core/model_files/numpy/numpy.h"
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
    "Halfstep reads safetensors (also sharded), GGUF, ONNX, NumPy's .npy and .npz, and llama2.c";

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
    KnownStart{"\x89HDF\r\n", "is an HDF5 file, such as Keras weights"},
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
    if (looks_like_npy(file)) return FileFormat::numpy_array;
    if (looks_like_npz(file)) return FileFormat::numpy_archive;
    if (looks_like_llama2c(file)) return FileFormat::llama2c;
    const std::string start = first_bytes(file);
    if (start.empty()) throw Error("this file is empty", {file.path().string(), {}, {}}, what_is_read);
    for (const KnownStart& foreign : foreign_starts)
        if (start.starts_with(foreign.bytes))
            throw Error(std::string(foreign.what), {file.path().string(), {}, {}},
                        std::string(foreign.advice));
    // The readers say what is wrong with the file.
    if (name.ends_with(".safetensors")) return FileFormat::safetensors;
    if (name.ends_with(".gguf")) return FileFormat::gguf;
    if (name.ends_with(".onnx") || looks_like_onnx(file)) return FileFormat::onnx;
    if (begins_json(start)) return FileFormat::shard_index;
    if (name.ends_with(".npz")) return FileFormat::numpy_archive;
    if (name.ends_with(".npy")) return FileFormat::numpy_array;
    if (name.ends_with(".bin") && begins_like_llama2c(file)) return FileFormat::llama2c;
    throw Error("is not a model file that Halfstep knows", {file.path().string(), {}, {}}, what_is_read);
}

}  // namespace halfstep
