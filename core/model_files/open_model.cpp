// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"
#include "core/model_files/safetensors.h"
#include "core/model_files/tensor_roles.h"

#include <utility>

namespace halfstep {

std::shared_ptr<const Model> open_model(const std::filesystem::path& path, const JobContext& job) {
    auto file = std::make_shared<const InputFile>(path);
    if (!looks_like_safetensors(*file))
        throw Error("is not a model file that Halfstep knows", {path.string(), {}, {}},
                    "Halfstep reads safetensors and GGUF");
    FileContents read = read_safetensors(*file, job);
    Model::Contents contents;
    contents.path = path;
    contents.format = "safetensors";
    contents.tensors = std::move(read.tensors);
    contents.issues = std::move(read.issues);
    contents.properties = std::move(read.properties);
    contents.files.push_back(std::move(file));
    for (TensorInfo& tensor : contents.tensors)
        assign_role(tensor);
    return std::make_shared<const Model>(std::move(contents));
}

}  // namespace halfstep
