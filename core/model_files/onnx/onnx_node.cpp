// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/onnx_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t most_values = 65'536;  // inputs or outputs of a node
constexpr std::size_t most_attributes = 1024;
constexpr std::size_t most_integers = 64;

void take_integers(ByteReader& bytes, const ProtobufField& field, OnnxAttribute& attribute, bool& too_many) {
    const auto add = [&](std::uint64_t value) {
        too_many = too_many || attribute.ints.size() == most_integers;
        if (!too_many) attribute.ints.push_back(static_cast<std::int64_t>(value));
    };
    if (field.type == WireType::varint) return add(field.value);
    require_type(bytes, field, WireType::bytes);
    ProtobufReader packed(bytes, field.payload);
    while (!packed.at_end() && !too_many)
        add(packed.varint());
}

OnnxAttribute read_attribute(ByteReader& bytes, const ProtobufField& whole) {
    OnnxAttribute attribute;
    attribute.whole = whole.whole;
    ProtobufReader reader(bytes, whole.payload);
    ProtobufField field;
    bool too_many = false;
    std::size_t floats = 0;
    while (reader.next(field)) {
        switch (field.number) {
            case 1:
                attribute.name = read_text(bytes, field);
                break;
            case 2:
                require_type(bytes, field, WireType::fixed32);
                attribute.f = field.payload;
                break;
            case 3:
                require_type(bytes, field, WireType::varint);
                attribute.i = static_cast<std::int64_t>(field.value);
                break;
            case 5:
                require_type(bytes, field, WireType::bytes);
                attribute.tensor = field.payload;
                break;
            case 6:
            case 11:
                require_type(bytes, field, WireType::bytes);
                if (attribute.graphs.size() == most_attributes)
                    bytes.fail(fmt::format("an attribute holds more than {} graphs", most_attributes),
                               field.whole.begin);
                attribute.graphs.push_back(field.payload);
                break;
            case 7:
                ++floats;
                attribute.floats.reset();
                if (floats == 1 && field.type == WireType::bytes) attribute.floats = field.payload;
                break;
            case 8:
                take_integers(bytes, field, attribute, too_many);
                break;
            default:
                break;
        }
    }
    if (too_many) attribute.ints.clear();
    return attribute;
}

void add_value(ByteReader& bytes, const ProtobufField& field, std::vector<std::string>& names) {
    if (names.size() == most_values)
        bytes.fail(fmt::format("a node has more than {} inputs or outputs", most_values), field.whole.begin);
    names.push_back(read_text(bytes, field));
}

}  // namespace

const OnnxAttribute* OnnxNode::attribute(std::string_view attribute_name) const {
    const auto found = std::ranges::find(attributes, attribute_name, &OnnxAttribute::name);
    return found == attributes.end() ? nullptr : &*found;
}

std::int64_t OnnxNode::integer(std::string_view attribute_name, std::int64_t otherwise) const {
    const OnnxAttribute* found = attribute(attribute_name);
    return found != nullptr ? found->i : otherwise;
}

OnnxNode read_onnx_node(ByteReader& bytes, FileRange message) {
    OnnxNode node;
    node.message = message;
    ProtobufReader reader(bytes, message);
    ProtobufField field;
    while (reader.next(field)) {
        switch (field.number) {
            case 1:
                add_value(bytes, field, node.inputs);
                break;
            case 2:
                add_value(bytes, field, node.outputs);
                break;
            case 3:
                node.name = read_text(bytes, field);
                break;
            case 4:
                node.op_type = read_text(bytes, field);
                break;
            case 5:
                require_type(bytes, field, WireType::bytes);
                if (node.attributes.size() == most_attributes)
                    bytes.fail(fmt::format("a node has more than {} attributes", most_attributes),
                               field.whole.begin);
                node.attributes.push_back(read_attribute(bytes, field));
                break;
            case 7:
                node.domain = read_text(bytes, field);
                if (node.domain == "ai.onnx") node.domain.clear();
                break;
            default:
                break;
        }
    }
    return node;
}

}  // namespace halfstep
