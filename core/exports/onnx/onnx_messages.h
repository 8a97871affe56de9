// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/onnx/protobuf_draft.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Small messages of onnx.proto3, to be put into others.
namespace halfstep {

struct NewAttribute {
    std::string_view name;
    std::int64_t value = 0;
};
ProtobufDraft integer_attribute(const NewAttribute& attribute);

struct NewNode {
    std::string_view op_type;
    std::vector<std::string> inputs;
    std::string output;
    std::vector<NewAttribute> attributes;
};
ProtobufDraft node_message(const NewNode& node);

// A Constant node whose value is a list of int64.
ProtobufDraft integers_node(const std::string& output, const std::vector<std::int64_t>& values);

// A TensorProto up to its data.
ProtobufDraft tensor_message(const std::string& name, std::int32_t data_type,
                             const std::vector<std::int64_t>& dims);

// Says in a TensorProto that its data is in another file.
void add_external_data(ProtobufDraft& tensor, const std::string& location, std::uint64_t offset,
                       std::uint64_t length);

}  // namespace halfstep
