// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/file_format.h"
#include "core/model_files/keras/keras.h"
#include "core/model_files/keras/keras_archive.h"
#include "core/model_files/llama2c/llama2c.h"
#include "core/model_files/model_assembly.h"
#include "core/model_files/numpy/numpy.h"
#include "core/model_files/onnx/onnx.h"
#include "core/model_files/part_name.h"
#include "core/model_files/pytorch/pytorch.h"
#include "core/model_files/safetensors.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

using File = std::shared_ptr<const InputFile>;

void open_safetensors(ModelAssembly& assembly, File file) {
    assembly.contents().format = "safetensors";
    FileContents read = read_safetensors(*file, assembly.job());
    assembly.take_config(ModelAssembly::folder_of(*file));
    assembly.take_words(read);
    const auto part = parse_part_name(file->path().filename().string(), ".safetensors");
    if (part && part->count > 1)
        assembly.add_issue(
            Severity::warning,
            fmt::format("this is one of {} shards: open the model's folder to see all of it", part->count));
    assembly.take(read, std::move(file));
}

void open_pytorch(ModelAssembly& assembly, const File& file) {
    assembly.contents().format = "pytorch";
    PytorchContents read = read_pytorch(file, assembly.job());
    assembly.take_config(ModelAssembly::folder_of(*file));
    assembly.take(read.contents, file, read.further_files);
}

void open_onnx(ModelAssembly& assembly, const File& file) {
    assembly.contents().format = "onnx";
    OnnxContents read = read_onnx(*file, assembly.job());
    assembly.take(read.contents, file, read.further_files);
}

void open_keras(ModelAssembly& assembly, const File& weights, KerasContents read) {
    assembly.contents().format = std::move(read.format);
    assembly.take(read.contents, weights, read.further_files);
    if (is_keras_shard(weights->path().filename().string()))
        assembly.add_issue(Severity::warning,
                           "by its name this is one shard of several: open their index (.weights.json) to "
                           "see all of the model");
}

void open_keras_archive(ModelAssembly& assembly, const File& file) {
    KerasArchive archive = read_keras_archive(file, assembly.job());
    open_keras(assembly, archive.weights, std::move(archive.contents));
}

void open_numpy(ModelAssembly& assembly, const File& file, NumpyContents read) {
    assembly.contents().format = "numpy";
    assembly.take(read.contents, file, read.further_files);
}

void open_llama2c(ModelAssembly& assembly, const File& file) {
    assembly.contents().format = "llama2.c";
    Llama2cContents read = read_llama2c(file, assembly.job());
    assembly.set_tied_head(read.shared_head);
    assembly.take(read.contents, file, read.further_files);
}

void open_file(ModelAssembly& assembly, const File& file) {
    switch (file_format(*file)) {
        case FileFormat::safetensors:
            return open_safetensors(assembly, file);
        case FileFormat::shard_index:
            return open_shards(assembly, *file);
        case FileFormat::gguf:
            return open_gguf(assembly, file);
        case FileFormat::onnx:
            return open_onnx(assembly, file);
        case FileFormat::pytorch:
            return open_pytorch(assembly, file);
        case FileFormat::hdf5:
            return open_keras(assembly, file, read_keras(file, {}, assembly.job()));
        case FileFormat::keras_archive:
            return open_keras_archive(assembly, file);
        case FileFormat::numpy_array:
            return open_numpy(assembly, file, read_npy(file));
        case FileFormat::numpy_archive:
            return open_numpy(assembly, file, read_npz(file, assembly.job()));
        case FileFormat::llama2c:
            return open_llama2c(assembly, file);
    }
}

}  // namespace

std::shared_ptr<const Model> open_model(const std::filesystem::path& path, const JobContext& job) {
    ModelAssembly assembly(path, job);
    open_file(assembly, assembly.first_file());
    return assembly.finish();
}

}  // namespace halfstep
