// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/workspace.h"

#include "core/model_files/input_file.h"
#include "core/store/image_seal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace halfstep {

Workspace describe_model(const Model& model) {
    Workspace workspace;
    workspace.model_path = model.path().string();
    workspace.fingerprint = model_fingerprint(model);
    workspace.format = model.format();
    workspace.architecture = model.architecture();
    workspace.tensors.reserve(model.tensors().size());
    for (const TensorInfo& tensor : model.tensors())
        workspace.tensors.push_back({tensor.name, tensor.dtype_name, std::string(role_name(tensor.role)),
                                     tensor.shape, tensor.elements, tensor.bytes, tensor.quantizable});
    return workspace;
}

bool is_workspace(const std::filesystem::path& path) {
    const InputFile file(path);
    std::array<std::byte, seal_start.size()> start{};
    if (file.size() < start.size()) return false;
    file.read_at(0, start);
    return std::equal(start.begin(), start.end(), std::as_bytes(std::span(seal_start)).begin());
}

}  // namespace halfstep
