// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/value_survey.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

// Further fields of GraphProto.
constexpr std::uint32_t graph_output = 12;
constexpr std::uint32_t graph_value_info = 13;

// The dimensions of a ValueInfoProto: type (2), tensor_type (1), shape (2), dim (1).
std::optional<std::size_t> rank_in(ByteReader& bytes, FileRange value_info) {
    FileRange message = value_info;
    for (const std::uint32_t number : {2U, 1U, 2U}) {
        ProtobufReader reader(bytes, message);
        ProtobufField field;
        bool found = false;
        while (!found && reader.next(field))
            found = field.number == number && field.type == WireType::bytes;
        if (!found) return std::nullopt;
        message = field.payload;
    }
    std::size_t rank = 0;
    ProtobufReader reader(bytes, message);
    ProtobufField field;
    while (reader.next(field))
        if (field.number == 1) ++rank;
    return rank;
}

}  // namespace

ValueSurvey::ValueSurvey(ByteReader& bytes, const OnnxContents& model, const JobContext& job) {
    for (const OnnxWeight& weight : model.weights)
        names_.insert(weight.value);
    look_at_graph(bytes, model.graph, job);
}

void ValueSurvey::look_at_graph(ByteReader& bytes, FileRange graph, const JobContext& job) {
    ProtobufReader reader(bytes, graph);
    ProtobufField field;
    while (reader.next(field)) {
        job.throw_if_stopped();
        if (field.number == graph_field::input || field.number == graph_output ||
            field.number == graph_value_info)
            look_at_value(bytes, field);
        if (field.number != graph_field::node) continue;
        const OnnxNode node = read_onnx_node(bytes, field.payload);
        names_.insert(node.inputs.begin(), node.inputs.end());
        names_.insert(node.outputs.begin(), node.outputs.end());
        names_.insert(node.name);
        for (const OnnxAttribute& attribute : node.attributes)
            for (const FileRange& inner : attribute.graphs)  // reading the model has seen how deep they go
                look_at_graph(bytes, inner, job);
    }
}

void ValueSurvey::look_at_value(ByteReader& bytes, const ProtobufField& field) {
    require_type(bytes, field, WireType::bytes);
    ProtobufReader reader(bytes, field.payload);
    ProtobufField part;
    std::string name;
    while (reader.next(part))
        if (part.number == 1) name = read_text(bytes, part);
    if (const auto rank = rank_in(bytes, field.payload)) ranks_.emplace(name, *rank);
    names_.insert(std::move(name));
}

std::optional<std::size_t> ValueSurvey::rank_of(const std::string& value) const {
    const auto found = ranks_.find(value);
    return found == ranks_.end() ? std::nullopt : std::optional(found->second);
}

std::string ValueSurvey::new_name(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !names_.insert(name).second; ++number)
        name = fmt::format("{}_{}", wanted, number);
    return name;
}

}  // namespace halfstep
