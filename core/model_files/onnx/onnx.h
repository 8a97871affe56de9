// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/onnx/onnx_graph.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace halfstep {

// Fields of ModelProto and OperatorSetIdProto.
namespace model_field {
inline constexpr std::uint32_t ir_version = 1;
inline constexpr std::uint32_t producer_name = 2;
inline constexpr std::uint32_t graph = 7;
inline constexpr std::uint32_t opset_import = 8;
inline constexpr std::uint32_t metadata_props = 14;
inline constexpr std::uint32_t functions = 25;
}  // namespace model_field
namespace opset_field {
inline constexpr std::uint32_t domain = 1;
inline constexpr std::uint32_t version = 2;
}  // namespace opset_field

struct OnnxOpset {
    std::string domain;  // empty for ONNX's own operators
    std::int64_t version = 0;
    FileRange field;  // as it stands in the model
};

OnnxOpset read_onnx_opset(ByteReader& bytes, const ProtobufField& field);

struct OnnxContents {
    // Its tensors are the weights, in the same order. Files are numbered from 1: file 0 is the model file.
    FileContents contents;
    std::vector<std::shared_ptr<const InputFile>> further_files;  // of external data, and what was decoded
    std::vector<OnnxWeight> weights;
    std::int64_t ir_version = 0;
    std::vector<OnnxOpset> opsets;
    FileRange graph;
    std::vector<FileRange> functions;
};

// Whether the file could be an ONNX model: there is no magic number, so its outermost fields are looked at.
bool looks_like_onnx(const InputFile& file);

// Reads and checks an ONNX model (onnx/onnx.proto3), but no elements of tensors, except those that it stores
// as single numbers. Names, types and shapes come with the roles that the graph gives the tensors. Throws
// Error for what is damaged, and for external data that is missing or outside the model's folder.
OnnxContents read_onnx(const InputFile& file, const JobContext& job);

}  // namespace halfstep
