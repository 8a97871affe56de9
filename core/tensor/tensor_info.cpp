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

std::uint64_t TensorInfo::readable_bytes() const {
    const DTypeTraits& type = traits(dtype);
    return decoded ? elements / type.block_elements * (type.block_bits / 8) : bytes;
}

MatrixShape matrix_shape(const TensorInfo& tensor) {
    const MatrixLayout layout = matrix_layout(tensor);
    return {layout.rows(), layout.inputs()};
}

MatrixLayout matrix_layout(const TensorInfo& tensor) {
    if (!tensor.input_axis) return {1, 1, 1, tensor.elements};
    MatrixLayout layout;
    const bool inputs_first = tensor.channel_axis && *tensor.channel_axis > *tensor.input_axis;
    const int after_channels = tensor.channel_axis.value_or(0) + tensor.channel_axes;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        const auto extent = static_cast<std::uint64_t>(tensor.shape[axis]);
        const int at = static_cast<int>(axis);
        if (!inputs_first)
            (at < *tensor.input_axis ? layout.channels : layout.inner) *= extent;
        else if (at < *tensor.input_axis)
            layout.matrices *= extent;
        else if (at < *tensor.channel_axis)
            layout.outer *= extent;
        else
            (at < after_channels ? layout.channels : layout.inner) *= extent;
    }
    return layout;
}

MatrixPlace matrix_place(const MatrixLayout& layout, std::uint64_t index) {
    const std::uint64_t inner = index % layout.inner;
    const std::uint64_t channel = index / layout.inner % layout.channels;
    const std::uint64_t outer = index / layout.inner / layout.channels % layout.outer;
    const std::uint64_t matrix = index / layout.inner / layout.channels / layout.outer;
    return {matrix * layout.channels + channel, outer * layout.inner + inner};
}

std::uint64_t file_index(const MatrixLayout& layout, MatrixPlace place) {
    const std::uint64_t matrix = place.row / layout.channels;
    const std::uint64_t channel = place.row % layout.channels;
    const std::uint64_t outer = place.input / layout.inner;
    return ((matrix * layout.outer + outer) * layout.channels + channel) * layout.inner +
           place.input % layout.inner;
}

}  // namespace halfstep
