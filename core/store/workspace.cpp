// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/workspace.h"

#include "core/model_files/input_file.h"

#include <algorithm>
#include <array>

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
    // "The HDF5 File Format Specification", level 0A: the signature.
    constexpr std::array<unsigned char, 8> signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    const InputFile file(path);
    std::array<unsigned char, 8> start{};
    if (file.size() < start.size()) return false;
    file.read_at(0, std::as_writable_bytes(std::span(start)));
    return start == signature;
}

}  // namespace halfstep
