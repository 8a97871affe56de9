// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/module_roles.h"

#include "core/model_files/tensor_roles.h"

#include <string_view>

namespace halfstep {
namespace {

bool is_weight(const TensorInfo& tensor) {
    return tensor.name == "weight" || tensor.name.ends_with(".weight");
}

void put_inputs_first(TensorInfo& tensor) {
    tensor.channel_axis = 1;
    tensor.input_axis = 0;
}

void give_role(TensorInfo& tensor, Role role) {
    tensor.role = role;
    tensor.quantizable = role != Role::norm && tensor.shape.size() >= 2 && tensor.has_weights();
}

}  // namespace

void assign_role(TensorInfo& tensor, const NamedTensor& saved) {
    assign_role(tensor);
    if (saved.buffer) {
        tensor.role = Role::other;
        tensor.quantizable = false;
    }
    if (!is_weight(tensor)) return;
    const std::string_view name = saved.module_class.substr(saved.module_class.rfind('.') + 1);
    const std::size_t rank = tensor.shape.size();
    if (name.starts_with("ConvTranspose") && rank >= 3) {
        give_role(tensor, Role::convolution);
        put_inputs_first(tensor);
    } else if (name == "Conv1D" && rank == 2) {
        put_inputs_first(tensor);
    } else if (name.starts_with("Embedding") && tensor.role == Role::dense) {
        give_role(tensor, Role::token_embedding);
    } else if (name.ends_with("Norm") || name.find("BatchNorm") != std::string_view::npos) {
        give_role(tensor, Role::norm);
    }
}

}  // namespace halfstep
