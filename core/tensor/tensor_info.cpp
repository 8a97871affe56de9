// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_info.h"

#include <cstddef>

namespace halfstep {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::token_embedding:
            return "token_embedding";
        case Role::position_embedding:
            return "position_embedding";
        case Role::attention_q:
            return "attention_q";
        case Role::attention_k:
            return "attention_k";
        case Role::attention_v:
            return "attention_v";
        case Role::attention_qkv:
            return "attention_qkv";
        case Role::attention_output:
            return "attention_output";
        case Role::ffn_gate:
            return "ffn_gate";
        case Role::ffn_up:
            return "ffn_up";
        case Role::ffn_gate_up:
            return "ffn_gate_up";
        case Role::ffn_down:
            return "ffn_down";
        case Role::expert_router:
            return "expert_router";
        case Role::output_head:
            return "output_head";
        case Role::convolution:
            return "convolution";
        case Role::recurrent:
            return "recurrent";
        case Role::dense:
            return "dense";
        case Role::norm:
            return "norm";
        case Role::bias:
            return "bias";
        case Role::other:
            return "other";
    }
    return "other";
}

MatrixShape matrix_shape(const TensorInfo& tensor) {
    if (!tensor.input_axis) return {1, tensor.elements};
    MatrixShape matrix{1, 1};
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        const auto extent = static_cast<std::uint64_t>(tensor.shape[axis]);
        (static_cast<int>(axis) < *tensor.input_axis ? matrix.channels : matrix.inputs) *= extent;
    }
    return matrix;
}

}  // namespace halfstep
