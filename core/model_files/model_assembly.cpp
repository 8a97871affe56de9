// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model_assembly.h"

#include "core/model_files/hf_config.h"
#include "core/model_files/input_first.h"
#include "core/model_files/model_folder.h"
#include "core/model_files/model_notes.h"
#include "core/model_files/norm_parts.h"
#include "core/model_files/numpy/numpy_roles.h"
#include "core/model_files/tensor_roles.h"
#include "core/model_files/transposed_convolutions.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

namespace fs = std::filesystem;

// Their readers say themselves what the tensors are for, as far as they know.
constexpr std::array<std::string_view, 4> formats_with_roles{"onnx", "pytorch", "keras", "hdf5"};

void find_roles(Model::Contents& contents) {
    if (std::ranges::find(formats_with_roles, contents.format) == formats_with_roles.end())
        for (TensorInfo& tensor : contents.tensors)
            assign_role(tensor);
    if (contents.format == "safetensors" || contents.format == "pytorch") {
        find_norm_parts(contents.tensors);
        find_inputs_first(contents.tensors);
        find_transposed_convolutions(contents.tensors);
    }
    if (contents.format == "numpy") find_numpy_roles(contents.tensors, contents.issues);
}

}  // namespace

std::shared_ptr<const InputFile> ModelAssembly::open_inside(const fs::path& folder, const std::string& name) {
    return std::make_shared<const InputFile>(folder / name, resolve_inside(folder, name));
}

std::shared_ptr<const InputFile> ModelAssembly::first_file() const {
    std::error_code error;
    if (!fs::is_directory(contents_.path, error)) return std::make_shared<const InputFile>(contents_.path);
    const fs::path file = model_file_in(contents_.path);
    return open_inside(file.parent_path(), file.filename().string());
}

std::uint32_t ModelAssembly::add_file(std::shared_ptr<const InputFile> file) {
    contents_.files.push_back(std::move(file));
    return static_cast<std::uint32_t>(contents_.files.size() - 1);
}

void ModelAssembly::add_issue(Severity severity, std::string message) {
    contents_.issues.push_back({severity, {}, std::move(message)});
}

void ModelAssembly::take_words(FileContents& read) {
    std::ranges::move(read.properties, std::back_inserter(contents_.properties));
    std::ranges::move(read.issues, std::back_inserter(contents_.issues));
    if (contents_.architecture.empty()) contents_.architecture = std::move(read.architecture);
}

void ModelAssembly::take(FileContents& read, std::shared_ptr<const InputFile> file) {
    const std::uint32_t number = add_file(std::move(file));
    for (TensorInfo& tensor : read.tensors) {
        tensor.file = number;
        contents_.tensors.push_back(std::move(tensor));
    }
}

void ModelAssembly::take(FileContents& read, std::shared_ptr<const InputFile> file,
                         std::vector<std::shared_ptr<const InputFile>>& further_files) {
    take_words(read);
    add_file(std::move(file));
    for (std::shared_ptr<const InputFile>& further : further_files)
        add_file(std::move(further));
    contents_.tensors = std::move(read.tensors);
}

void ModelAssembly::take_config(const fs::path& folder) {
    HfConfig config = read_hf_config(folder);
    contents_.architecture = std::move(config.architecture);
    contents_.properties = std::move(config.properties);
    contents_.issues = std::move(config.issues);
    tied_head_ = config.tied_embeddings;
}

std::shared_ptr<const Model> ModelAssembly::finish() {
    find_roles(contents_);
    std::ranges::move(notes_on(contents_.tensors, tied_head_), std::back_inserter(contents_.issues));
    return std::make_shared<const Model>(std::move(contents_));
}

}  // namespace halfstep
