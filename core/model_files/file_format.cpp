// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/file_format.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/onnx/onnx.h"
#include "core/model_files/pytorch/pytorch.h"
#include "core/model_files/safetensors.h"
#include "core/model_files/zip/zip_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace halfstep {
namespace {

constexpr const char* what_is_read =
    "Halfstep reads safetensors and PyTorch checkpoints (also sharded), GGUF and ONNX";

struct KnownStart {
    std::string_view bytes;
    std::string_view what;
    std::string_view advice = what_is_read;
};

// Files that people are likely to try, so that the message can call them by name.
constexpr std::array foreign_starts = {
    KnownStart{"version https://git-lfs", "is a Git LFS pointer, the model itself was not downloaded",
               "Run 'git lfs pull' in its folder"},
    KnownStart{"\x80\x02", "is a Python pickle, but not one that torch.save wrote"},
    KnownStart{"\x80\x03", "is a Python pickle, but not one that torch.save wrote"},
    KnownStart{"\x80\x04", "is a Python pickle, but not one that torch.save wrote"},
    KnownStart{"\x80\x05", "is a Python pickle, but not one that torch.save wrote"},
    KnownStart{"\x89HDF\r\n", "is an HDF5 file, such as Keras weights"},
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

// What an archive holds tells what it is.
FileFormat zip_format(const InputFile& file) {
    // The archive is looked at while the file is there.
    const ZipArchive archive(std::shared_ptr<const InputFile>(std::shared_ptr<void>(), &file));
    if (is_pytorch_archive(archive)) return FileFormat::pytorch;
    throw Error("is a ZIP archive, but holds no model that is known", {file.path().string(), {}, {}},
                what_is_read);
}

}  // namespace

FileFormat file_format(const InputFile& file) {
    const std::string name = file.path().filename().string();
    if (looks_like_gguf(file)) return FileFormat::gguf;
    if (looks_like_safetensors(file)) return FileFormat::safetensors;
    const std::string start = first_bytes(file);
    if (start.empty()) throw Error("this file is empty", {file.path().string(), {}, {}}, what_is_read);
    if (looks_like_zip(file)) return zip_format(file);
    if (looks_like_legacy_pytorch(file)) return FileFormat::pytorch;
    for (const KnownStart& foreign : foreign_starts)
        if (start.starts_with(foreign.bytes))
            throw Error(std::string(foreign.what), {file.path().string(), {}, {}},
                        std::string(foreign.advice));
    // The readers say what is wrong with the file.
    if (name.ends_with(".safetensors")) return FileFormat::safetensors;
    if (name.ends_with(".gguf")) return FileFormat::gguf;
    if (name.ends_with(".onnx") || looks_like_onnx(file)) return FileFormat::onnx;
    if (begins_json(start)) return FileFormat::shard_index;
    throw Error("is not a model file that Halfstep knows", {file.path().string(), {}, {}}, what_is_read);
}

}  // namespace halfstep
