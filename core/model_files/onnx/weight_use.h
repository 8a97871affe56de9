// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/onnx_node.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// What a node does with a tensor. Of several uses the last of these counts.
enum class UseKind : std::uint8_t { other, bias, norm, matrix, recurrent, convolution, embedding };

// One use, with the axes of outputs and of inputs where it is a weight. Negative ones count from the last.
struct WeightUse {
    UseKind kind = UseKind::other;
    std::optional<int> channel_axis;
    std::optional<int> input_axis;
    // The name of the node, which often says where in the network it stands: tensors that an exporter folded
    // or transposed are called onnx::MatMul_127, the node /model/layers.0/self_attn/q_proj/MatMul.
    std::string node = {};
    int channel_axes = 1;  // see TensorInfo
};

// How a node uses its input number `input` (operators of ONNX, docs/Operators.md, and of ONNX Runtime,
// docs/ContribOperators.md).
WeightUse use_by(const OnnxNode& node, std::size_t input);

// Whether the node's first output is its first input but for the type of the numbers: Identity, Cast, …
bool passes_through(const OnnxNode& node);

// A use of a tensor whose axis i is axis `axes`[i] of another one, as a use of that one.
WeightUse seen_through(const WeightUse& use, const std::vector<int>& axes);

// Sets role, axes and whether it is to be quantized: by the use, and by the names of tensor and node where
// they say more.
void assign_role(TensorInfo& tensor, const WeightUse& use);

}  // namespace halfstep
