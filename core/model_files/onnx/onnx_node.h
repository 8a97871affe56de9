// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/protobuf_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// An AttributeProto (onnx.proto3), without what it may hold that is large.
struct OnnxAttribute {
    std::string name;
    std::int64_t i = 0;
    std::vector<std::int64_t> ints;   // as many as a tensor may have axes; of longer lists none
    std::optional<FileRange> f;       // the float32
    std::optional<FileRange> floats;  // packed, in one piece
    std::optional<FileRange> tensor;  // a TensorProto
    std::vector<FileRange> graphs;    // GraphProtos
    FileRange whole;                  // the field of the node
};

// A NodeProto.
struct OnnxNode {
    std::string name;
    std::string op_type;
    std::string domain;               // empty for ONNX's own operators, also where the file says "ai.onnx"
    std::vector<std::string> inputs;  // empty names stand for inputs that are left out
    std::vector<std::string> outputs;
    std::vector<OnnxAttribute> attributes;
    FileRange message;

    const OnnxAttribute* attribute(std::string_view attribute_name) const;  // null where there is none
    std::int64_t integer(std::string_view attribute_name, std::int64_t otherwise) const;
    bool is(std::string_view op) const { return domain.empty() && op_type == op; }
};

OnnxNode read_onnx_node(ByteReader& bytes, FileRange message);

}  // namespace halfstep
