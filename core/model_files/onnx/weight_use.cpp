// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/weight_use.h"

#include "core/model_files/tensor_roles.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace halfstep {
namespace {

using enum UseKind;

struct KnownUse {
    std::string_view op;
    std::size_t input = 0;
    UseKind kind = other;
    int channel_axis = 0;
    int input_axis = 0;
    std::string_view transposed_by = {};  // an attribute that, if not 0, exchanges the two axes
    std::string_view domain = {};
};

constexpr std::string_view microsoft = "com.microsoft";

constexpr std::array known_uses = {
    KnownUse{"MatMul", 0, matrix, -2, -1},
    KnownUse{"MatMul", 1, matrix, -1, -2},
    KnownUse{"MatMulInteger", 0, matrix, -2, -1},
    KnownUse{"MatMulInteger", 1, matrix, -1, -2},
    KnownUse{"QLinearMatMul", 0, matrix, -2, -1},
    KnownUse{"QLinearMatMul", 3, matrix, -1, -2},
    KnownUse{"Gemm", 0, matrix, 0, 1, "transA"},
    KnownUse{"Gemm", 1, matrix, 1, 0, "transB"},
    KnownUse{"Gemm", 2, bias},
    KnownUse{"FusedGemm", 0, matrix, 0, 1, "transA", microsoft},
    KnownUse{"FusedGemm", 1, matrix, 1, 0, "transB", microsoft},
    KnownUse{"FusedGemm", 2, bias, 0, 0, {}, microsoft},
    KnownUse{"FusedMatMul", 0, matrix, -2, -1, "transA", microsoft},
    KnownUse{"FusedMatMul", 1, matrix, -1, -2, "transB", microsoft},
    KnownUse{"Attention", 1, matrix, 1, 0, {}, microsoft},
    KnownUse{"Attention", 2, bias, 0, 0, {}, microsoft},
    KnownUse{"Conv", 1, convolution, 0, 1},
    KnownUse{"Conv", 2, bias},
    KnownUse{"ConvInteger", 1, convolution, 0, 1},
    KnownUse{"QLinearConv", 3, convolution, 0, 1},
    KnownUse{"QLinearConv", 8, bias},
    KnownUse{"FusedConv", 1, convolution, 0, 1, {}, microsoft},
    KnownUse{"FusedConv", 2, bias, 0, 0, {}, microsoft},
    KnownUse{"DeformConv", 1, convolution, 0, 1},
    KnownUse{"DeformConv", 3, bias},
    KnownUse{"ConvTranspose", 1, convolution, 1, 0},
    KnownUse{"ConvTranspose", 2, bias},
    KnownUse{"LSTM", 1, recurrent, -2, -1},
    KnownUse{"LSTM", 2, recurrent, -2, -1},
    KnownUse{"LSTM", 3, bias},
    KnownUse{"GRU", 1, recurrent, -2, -1},
    KnownUse{"GRU", 2, recurrent, -2, -1},
    KnownUse{"GRU", 3, bias},
    KnownUse{"RNN", 1, recurrent, -2, -1},
    KnownUse{"RNN", 2, recurrent, -2, -1},
    KnownUse{"RNN", 3, bias},
    KnownUse{"EmbedLayerNormalization", 2, embedding, 0, 1, {}, microsoft},
    KnownUse{"EmbedLayerNormalization", 3, embedding, 0, 1, {}, microsoft},
    KnownUse{"EmbedLayerNormalization", 4, embedding, 0, 1, {}, microsoft},
    KnownUse{"EmbedLayerNormalization", 5, norm, 0, 0, {}, microsoft},
    KnownUse{"EmbedLayerNormalization", 6, norm, 0, 0, {}, microsoft},
    KnownUse{"BatchNormalization", 1, norm},
    KnownUse{"BatchNormalization", 2, norm},
    KnownUse{"BatchNormalization", 3, norm},
    KnownUse{"BatchNormalization", 4, norm},
    KnownUse{"InstanceNormalization", 1, norm},
    KnownUse{"InstanceNormalization", 2, norm},
    KnownUse{"LayerNormalization", 1, norm},
    KnownUse{"LayerNormalization", 2, norm},
    KnownUse{"GroupNormalization", 1, norm},
    KnownUse{"GroupNormalization", 2, norm},
    KnownUse{"RMSNormalization", 1, norm},
    KnownUse{"SimplifiedLayerNormalization", 1, norm},
    KnownUse{"SkipLayerNormalization", 2, norm, 0, 0, {}, microsoft},
    KnownUse{"SkipLayerNormalization", 3, norm, 0, 0, {}, microsoft},
    KnownUse{"Add", 0, bias},
    KnownUse{"Add", 1, bias},
};

bool is_axis_zero_gather(const OnnxNode& node, std::size_t input) {
    return node.is("Gather") && input == 0 && node.integer("axis", 0) == 0;
}

// Roles that a name gives and that the use does not contradict.
bool is_matrix_role(Role role) {
    return role >= Role::attention_q && role <= Role::output_head;
}

int counted_from_front(int axis, std::size_t rank) {
    return axis < 0 ? axis + static_cast<int>(rank) : axis;
}

bool says_where(const TensorInfo& tensor) {
    return tensor.block || is_matrix_role(tensor.role) || tensor.role == Role::token_embedding ||
           tensor.role == Role::position_embedding;
}

// As if the tensor were the weight of the module that the node belongs to: "/model/layers.0/mlp/fc1/MatMul".
void take_role_of_node(TensorInfo& tensor, const std::string& node) {
    const std::size_t first = node.starts_with('/') ? 1 : 0;
    const std::size_t end = node.rfind('/');
    if (end == std::string::npos || end <= first) return;
    TensorInfo weight = tensor;
    weight.name = node.substr(first, end - first) + ".weight";
    assign_role(weight);
    if (!says_where(weight)) return;
    tensor.role = weight.role;
    tensor.block = weight.block;
}

// Whether all but one axis have a single element: a value for each channel, whatever it is added to.
bool is_vector(const TensorInfo& tensor) {
    return std::ranges::count_if(tensor.shape, [](std::int64_t extent) { return extent != 1; }) <= 1;
}

Role role_of(const TensorInfo& tensor, UseKind kind, Role by_name) {
    switch (kind) {
        case embedding:
            return by_name == Role::position_embedding ? by_name : Role::token_embedding;
        case convolution:
            return Role::convolution;
        case recurrent:
            return Role::recurrent;
        case matrix:
            return is_matrix_role(by_name) ? by_name : Role::dense;
        case norm:
            return Role::norm;
        case bias:
            if (by_name == Role::norm) return by_name;
            return is_vector(tensor) && !tensor.shape.empty() ? Role::bias : Role::other;
        case other:
            return by_name == Role::norm || by_name == Role::bias ? by_name : Role::other;
    }
    return Role::other;
}

}  // namespace

WeightUse use_by(const OnnxNode& node, std::size_t input) {
    if (is_axis_zero_gather(node, input)) return {embedding, 0, 1, node.name};
    const auto known = std::ranges::find_if(known_uses, [&](const KnownUse& use) {
        return use.op == node.op_type && use.input == input && use.domain == node.domain;
    });
    if (known == known_uses.end()) return {};
    if (known->kind < matrix) return {known->kind, {}, {}};
    WeightUse use{known->kind, known->channel_axis, known->input_axis, node.name};
    if (!known->transposed_by.empty() && node.integer(known->transposed_by, 0) != 0)
        std::swap(use.channel_axis, use.input_axis);
    return use;
}

bool passes_through(const OnnxNode& node) {
    constexpr std::array ops = std::to_array<std::string_view>(
        {"Identity", "Cast", "CastLike", "DequantizeLinear", "QuantizeLinear", "Dropout"});
    return (node.domain.empty() || node.domain == microsoft) &&
           std::ranges::find(ops, node.op_type) != ops.end();
}

WeightUse seen_through(const WeightUse& use, const std::vector<int>& axes) {
    if (axes.empty() || !use.channel_axis || !use.input_axis) return use;
    const auto original = [&](int axis) {
        const auto at = static_cast<std::size_t>(counted_from_front(axis, axes.size()));
        return at < axes.size() ? std::optional(axes[at]) : std::nullopt;
    };
    const std::optional<int> channel = original(*use.channel_axis);
    const std::optional<int> input = original(*use.input_axis);
    if (!channel || !input) return {};
    WeightUse seen{use.kind, channel, input, use.node};
    // Of a convolution, all axes but the channels' are inputs.
    if (use.kind == convolution) seen.input_axis = *channel == 0 ? 1 : 0;
    // Stacks of matrices have to stay stacks.
    const auto last = static_cast<int>(axes.size()) - 1;
    const bool is_stack = std::min(*channel, *input) == last - 1 && std::max(*channel, *input) == last;
    return use.kind == convolution || is_stack ? seen : WeightUse{};
}

void assign_role(TensorInfo& tensor, const WeightUse& use) {
    assign_role(tensor);
    if (!says_where(tensor) && use.kind >= matrix) take_role_of_node(tensor, use.node);
    const std::size_t rank = tensor.shape.size();
    tensor.role = role_of(tensor, use.kind, tensor.role);
    tensor.quantizable = false;
    if (!use.channel_axis || !use.input_axis) return;
    const int channel = counted_from_front(*use.channel_axis, rank);
    const int input = counted_from_front(*use.input_axis, rank);
    const auto inside = [&](int axis) { return axis >= 0 && axis < static_cast<int>(rank); };
    const bool fits = inside(channel) && inside(input) && channel != input &&
                      (use.kind != embedding || rank == 2) && (use.kind != recurrent || rank <= 3);
    if (!fits) {
        tensor.role = Role::other;
        return;
    }
    tensor.channel_axis = channel;
    tensor.channel_axes = use.channel_axes;
    tensor.input_axis = input;
    tensor.quantizable = tensor.has_weights();
}

}  // namespace halfstep
