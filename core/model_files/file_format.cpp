// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/file_format.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras_archive.h"
#include "core/model_files/llama2c/llama2c.h"
#include "core/model_files/numpy/npy_header.h"
#include "core/model_files/numpy/numpy.h"
#include "core/model_files/onnx/onnx.h"
#include "core/model_files/pytorch/pytorch.h"
#include "core/model_files/pytorch/tar_members.h"
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
    "Halfstep reads safetensors and PyTorch checkpoints (also sharded), GGUF, ONNX, Keras (.keras, .h5), "
    "NumPy's "
    ".npy and .npz, and llama2.c";

constexpr const char* unpack = "Unpack it first";
constexpr const char* download_again = "The download went wrong: fetch the file itself";

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
    KnownStart{"lmgg", "is a model of an old llama.cpp (GGML)",
               "Convert it to GGUF with a current llama.cpp"},
    KnownStart{"tjgg", "is a model of an old llama.cpp (GGJT)",
               "Convert it to GGUF with a current llama.cpp"},
    KnownStart{"\x1f\x8b", "is compressed by gzip", unpack},
    KnownStart{"\xfd\x37zXZ", "is compressed by xz", unpack},
    KnownStart{"\x28\xb5\x2f\xfd", "is compressed by zstd", unpack},
    KnownStart{"BZh", "is compressed by bzip2", unpack},
};

// The same for text, in small letters and without spaces before it.
constexpr std::array foreign_texts = {
    KnownStart{"<!doctype", "is a web page", download_again},
    KnownStart{"<html", "is a web page", download_again},
    KnownStart{"<?xml", "is XML, such as a server's error message", download_again},
};

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string first_bytes(const InputFile& file) {
    std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 64)), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(start.data(), start.size())));
    return start;
}

std::string first_text(std::string_view start) {
    if (start.starts_with(byte_order_mark)) start.remove_prefix(byte_order_mark.size());
    start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
    std::string text(start);
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

// Throws an Error that calls a file by name which is of another kind.
void refuse_foreign(const InputFile& file, const std::string& start) {
    const ErrorPlace place{file.path().string(), {}, {}};
    for (const KnownStart& foreign : foreign_starts)
        if (start.starts_with(foreign.bytes))
            throw Error(std::string(foreign.what), place, std::string(foreign.advice));
    const std::string text = first_text(start);
    for (const KnownStart& foreign : foreign_texts)
        if (text.starts_with(foreign.bytes))
            throw Error(std::string(foreign.what), place, std::string(foreign.advice));
    if (start.starts_with(byte_order_mark))
        throw Error("begins with a byte order mark, which no model file does", place,
                    "Save it as UTF-8 without one");
}

bool begins_json(const std::string& start) {
    const std::string text = first_text(start);
    const std::size_t next = text.find_first_not_of(" \t\r\n", 1);
    return text.starts_with('{') && (next == std::string::npos || text[next] == '"' || text[next] == '}');
}

// What an archive holds tells what it is.
FileFormat zip_format(const InputFile& file) {
    // The archive is looked at while the file is there.
    const ZipArchive archive(std::shared_ptr<const InputFile>(std::shared_ptr<void>(), &file));
    if (is_pytorch_archive(archive)) return FileFormat::pytorch;
    if (looks_like_keras_archive(file) || file.path().extension() == ".keras")
        return FileFormat::keras_archive;
    if (looks_like_npz(file)) return FileFormat::numpy_archive;
    throw Error("is a ZIP archive, but holds no model that is known", {file.path().string(), {}, {}},
                what_is_read);
}

}  // namespace

FileFormat file_format(const InputFile& file) {
    const std::string name = file.path().filename().string();
    if (looks_like_gguf(file)) return FileFormat::gguf;
    if (looks_like_safetensors(file)) return FileFormat::safetensors;
    if (looks_like_npy(file)) return FileFormat::numpy_array;
    if (looks_like_llama2c(file)) return FileFormat::llama2c;
    const std::string start = first_bytes(file);
    if (start.empty()) throw Error("this file is empty", {file.path().string(), {}, {}}, what_is_read);
    if (looks_like_zip(file)) return zip_format(file);
    if (looks_like_hdf5(file)) return FileFormat::hdf5;
    if (looks_like_legacy_pytorch(file)) return FileFormat::pytorch;
    refuse_foreign(file, start);
    if (looks_like_tar(file))
        throw Error("is a tar archive without a PyTorch checkpoint in it", {file.path().string(), {}, {}},
                    unpack);
    const bool json = begins_json(start);
    const auto binary = {".safetensors", ".gguf", ".onnx", ".npz", ".npy"};
    if (json && std::ranges::any_of(binary, [&](std::string_view ending) { return name.ends_with(ending); }))
        throw Error("is JSON text, such as a server's error message", {file.path().string(), {}, {}},
                    download_again);
    // The readers say what is wrong with the file.
    if (name.ends_with(".safetensors")) return FileFormat::safetensors;
    if (name.ends_with(".gguf")) return FileFormat::gguf;
    if (name.ends_with(".h5") || name.ends_with(".hdf5")) return FileFormat::hdf5;
    if (name.ends_with(".keras")) return FileFormat::keras_archive;
    if (name.ends_with(".onnx") || looks_like_onnx(file)) return FileFormat::onnx;
    if (json) return FileFormat::shard_index;
    if (name.ends_with(".npz")) return FileFormat::numpy_archive;
    if (name.ends_with(".npy")) return FileFormat::numpy_array;
    if (name.ends_with(".bin") && begins_like_llama2c(file)) return FileFormat::llama2c;
    throw Error("is not a model file that Halfstep knows", {file.path().string(), {}, {}}, what_is_read);
}

}  // namespace halfstep
