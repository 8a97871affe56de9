// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/onnx/onnx_tensor.h"
#include "core/model_files/onnx/weight_use.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// Fields of GraphProto, and those of FunctionProto that matter here.
namespace graph_field {
inline constexpr std::uint32_t node = 1;
inline constexpr std::uint32_t name = 2;
inline constexpr std::uint32_t initializer = 5;
inline constexpr std::uint32_t input = 11;
inline constexpr std::uint32_t sparse_initializer = 15;
}  // namespace graph_field
namespace function_field {
inline constexpr std::uint32_t name = 1;
inline constexpr std::uint32_t input = 4;
inline constexpr std::uint32_t node = 7;
inline constexpr std::uint32_t domain = 10;
}  // namespace function_field

// Graphs inside graphs (If, Loop, Scan) deeper than this are refused.
inline constexpr int deepest_graph = 32;

// A tensor with its place in the model.
struct OnnxWeight {
    // Of an initializer, or of a constant's output. Inside a graph of a node: OUTPUT.ATTRIBUTE/NAME with the
    // node's first output, level by level; inside a function: DOMAIN.FUNCTION/NAME.
    std::string name;
    std::string value;  // its name in its own graph
    OnnxTensor tensor;
    FileRange constant_node;  // the NodeProto of a constant; empty for initializers
    bool in_function = false;
    WeightUse use;
};

struct OnnxGraphContents {
    std::string name;
    std::vector<OnnxWeight> weights;
    std::uint64_t sparse = 0;  // sparse tensors, which are not listed
};

// Reads all tensors of a graph, of the graphs inside it, and of the model's functions, with what is done with
// each. Elements are not read. Throws Error for what is not a graph of ONNX, and for duplicate names.
OnnxGraphContents read_onnx_graph(ByteReader& bytes, FileRange graph, const std::vector<FileRange>& functions,
                                  const JobContext& job);

}  // namespace halfstep
