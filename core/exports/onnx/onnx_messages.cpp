// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/onnx_messages.h"

#include "core/model_files/onnx/onnx_tensor.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

// Fields of NodeProto and AttributeProto, and numbers of AttributeType.
constexpr std::uint32_t node_input = 1;
constexpr std::uint32_t node_output = 2;
constexpr std::uint32_t node_name = 3;
constexpr std::uint32_t node_op_type = 4;
constexpr std::uint32_t node_attribute = 5;
constexpr std::uint32_t attribute_name = 1;
constexpr std::uint32_t attribute_i = 3;
constexpr std::uint32_t attribute_t = 5;
constexpr std::uint32_t attribute_type = 20;
constexpr std::uint64_t type_int = 2;
constexpr std::uint64_t type_tensor = 4;

}  // namespace

ProtobufDraft integer_attribute(const NewAttribute& attribute) {
    ProtobufDraft draft;
    draft.bytes(attribute_name, attribute.name);
    draft.varint(attribute_i, static_cast<std::uint64_t>(attribute.value));
    draft.varint(attribute_type, type_int);
    return draft;
}

ProtobufDraft node_message(const NewNode& node) {
    ProtobufDraft draft;
    for (const std::string& input : node.inputs)
        draft.bytes(node_input, input);
    draft.bytes(node_output, node.output);
    draft.bytes(node_name, fmt::format("{}_{}", node.output, node.op_type));
    draft.bytes(node_op_type, node.op_type);
    for (const NewAttribute& attribute : node.attributes)
        draft.message(node_attribute, integer_attribute(attribute));
    return draft;
}

ProtobufDraft integers_node(const std::string& output, const std::vector<std::int64_t>& values) {
    ProtobufDraft tensor =
        tensor_message({}, onnx_type_named("i64").number, {static_cast<std::int64_t>(values.size())});
    tensor.bytes(tensor_field::raw_data,
                 {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)});
    ProtobufDraft attribute;
    attribute.bytes(attribute_name, "value");
    attribute.message(attribute_t, tensor);
    attribute.varint(attribute_type, type_tensor);
    ProtobufDraft draft = node_message({"Constant", {}, output, {}});
    draft.message(node_attribute, attribute);
    return draft;
}

ProtobufDraft tensor_message(const std::string& name, std::int32_t data_type,
                             const std::vector<std::int64_t>& dims) {
    ProtobufDraft draft;
    for (const std::int64_t extent : dims)
        draft.varint(tensor_field::dims, static_cast<std::uint64_t>(extent));
    draft.varint(tensor_field::data_type, static_cast<std::uint64_t>(data_type));
    if (!name.empty()) draft.bytes(tensor_field::name, name);
    return draft;
}

void add_external_data(ProtobufDraft& tensor, const std::string& location, std::uint64_t offset,
                       std::uint64_t length) {
    const auto entry = [&](std::string_view key, const std::string& value) {
        ProtobufDraft pair;
        pair.bytes(1, key);
        pair.bytes(2, value);
        tensor.message(tensor_field::external_data, pair);
    };
    entry("location", location);
    entry("offset", fmt::format("{}", offset));
    entry("length", fmt::format("{}", length));
    tensor.varint(tensor_field::data_location, 1);
}

}  // namespace halfstep
