// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/qdq_document.h"

#include "core/base/error.h"
#include "core/exports/onnx/onnx_messages.h"
#include "core/exports/onnx/opset_changes.h"
#include "core/exports/onnx/value_survey.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t smallest_external = 1024;  // bytes; less stays in the model, as other writers have it
constexpr std::uint64_t page_bytes = 4096;         // so that readers can map the data

// Fields of NodeProto and AttributeProto.
constexpr std::uint32_t node_input = 1;
constexpr std::uint32_t node_attribute = 5;
constexpr std::uint32_t attribute_graph = 6;
constexpr std::uint32_t attribute_graphs = 11;

class Rewriter {
  public:
    Rewriter(const QdqRequest& request, const JobContext& job)
        : request_(request), job_(job), bytes_(request.file), survey_(bytes_, request.source, job) {
        for (std::size_t number = 0; number < request.weights.size(); ++number) {
            const OnnxWeight& source = request.source.weights[request.sources[number]];
            const FileRange place =
                source.constant_node.size() != 0 ? source.constant_node : source.tensor.message;
            planned_.emplace(place.begin, number);
            needed_opset_ = std::max(needed_opset_, request.weights[number].opset);
            if (request.weights[number].opset == needed_opset_) most_demanding_ = number;
        }
        for (std::size_t index = 0; index < request.source.weights.size(); ++index)
            tensors_.emplace(request.source.weights[index].tensor.message.begin, index);
        for (const OnnxOpset& opset : request.source.opsets)
            if (opset.domain.empty()) opset_ = opset.version;
    }

    QdqDocument run() {
        raise_opset();
        rewrite_model();
        return std::move(result_);
    }

  private:
    void raise_opset() {
        new_opset_ = std::max(opset_, needed_opset_);
        if (new_opset_ == opset_) return;
        if (opset_ < oldest_opset)
            refuse(
                fmt::format("operator sets before {} had other rules for almost everything", oldest_opset));
        result_.issues.push_back(
            {Severity::note,
             {},
             fmt::format("the model's operator set was raised from {} to {}, which {} needs", opset_,
                         new_opset_, to_string(request_.weights[most_demanding_].scheme))});
    }

    [[noreturn]] void refuse(const std::string& reason) const {
        const StoredWeight& weight = request_.weights[most_demanding_];
        const std::string instead = opset_ >= 13   ? ", or choose int8"
                                    : opset_ >= 10 ? ", or choose int8:tensor"
                                                   : "";
        throw Error(
            fmt::format("{} needs ONNX operator set {}, the model has {}, and it cannot be raised: {}",
                        to_string(weight.scheme), needed_opset_, opset_, reason),
            {request_.file.path().string(), weight.tensor->name, {}},
            fmt::format("Convert the model to operator set {} first (onnx.version_converter){}",
                        needed_opset_, instead));
    }

    void rewrite_model() {
        ProtobufDraft& model = result_.model;
        const std::int64_t ir_version = std::max(request_.source.ir_version, ir_version_of_opset(new_opset_));
        model.varint(model_field::ir_version, static_cast<std::uint64_t>(ir_version));
        for_each_field({0, request_.file.size()}, [&](const ProtobufField& field) {
            if (field.number == model_field::ir_version) return;
            if (field.number == model_field::graph)
                put_graph(field, model);
            else if (field.number == model_field::opset_import && new_opset_ != opset_)
                put_opset(field, model);
            else
                model.copy(field.whole);
        });
    }

    // Several readers share the bytes; what is visited inside may be read with another one.
    void for_each_field(FileRange message, const std::function<void(const ProtobufField&)>& visit) {
        ProtobufReader reader(bytes_, message);
        ProtobufField field;
        while (reader.next(field))
            visit(field);
    }

    void put_opset(const ProtobufField& field, ProtobufDraft& model) {
        if (!read_onnx_opset(bytes_, field).domain.empty()) return model.copy(field.whole);
        ProtobufDraft opset;
        opset.bytes(opset_field::domain, "");
        opset.varint(opset_field::version, static_cast<std::uint64_t>(new_opset_));
        model.message(model_field::opset_import, opset);
    }

    // Copied as it is, length and all, where nothing in it changed.
    static void put_message(const ProtobufField& field, const ProtobufDraft& rewritten, ProtobufDraft& into) {
        const auto& pieces = rewritten.pieces();
        const bool same = pieces.empty()
                              ? field.payload.size() == 0
                              : pieces.size() == 1 && pieces[0].kind == ProtobufDraft::Piece::source &&
                                    pieces[0].position == field.payload.begin &&
                                    pieces[0].size == field.payload.size();
        if (same)
            into.copy(field.whole);
        else
            into.message(field.number, rewritten);
    }

    void put_graph(const ProtobufField& field, ProtobufDraft& into) {
        job_.throw_if_stopped();
        ProtobufDraft graph;
        ProtobufDraft new_initializers;
        std::unordered_set<std::string> replaced;
        for_each_field(field.payload, [&](const ProtobufField& part) {
            const auto planned = planned_.find(part.payload.begin);
            if (part.number != graph_field::initializer || planned == planned_.end()) return;
            replaced.insert(source_of(planned->second).value);
            put_weight(planned->second, graph, new_initializers);
        });
        for_each_field(field.payload, [&](const ProtobufField& part) {
            if (part.number == graph_field::node)
                put_node(part, graph, new_initializers);
            else if (part.number == graph_field::initializer)
                put_initializer(part, graph);
            else if (part.number != graph_field::input || !replaced.contains(name_of_value(part)))
                graph.copy(part.whole);
        });
        graph.append(new_initializers);
        put_message(field, graph, into);
    }

    std::string name_of_value(const ProtobufField& field) {
        std::string name;
        for_each_field(field.payload, [&](const ProtobufField& part) {
            if (part.number == 1) name = read_text(bytes_, part);
        });
        return name;
    }

    const OnnxWeight& source_of(std::size_t number) const {
        return request_.source.weights[request_.sources[number]];
    }

    // The nodes that give a weight back go to `nodes`, what they read to `initializers`.
    void put_weight(std::size_t number, ProtobufDraft& nodes, ProtobufDraft& initializers) {
        const StoredWeight& weight = request_.weights[number];
        const std::string& value = source_of(number).value;
        const auto put = [&](const char* suffix, const OnnxType& type, const std::vector<std::int64_t>& dims,
                             WeightPart part, std::uint64_t size) {
            std::string name = survey_.new_name(value + suffix);
            ProtobufDraft tensor = tensor_message(name, type.number, dims);
            if (const std::optional<std::uint64_t> position = place_outside(size)) {
                result_.data.push_back({*position, size, true, number, part});
                add_external_data(tensor, request_.data_file, *position, size);
            } else {
                tensor.weight(tensor_field::raw_data, number, part, size);
            }
            initializers.message(graph_field::initializer, tensor);
            return name;
        };
        std::vector<std::string> inputs = {put("_quantized", *weight.code_type, weight.tensor->shape,
                                               WeightPart::codes, weight.code_bytes())};
        if (!weight.cast_only)
            inputs.push_back(put("_scale", onnx_type_named("f32"), weight.scale_shape, WeightPart::scales,
                                 weight.scale_bytes()));
        if (weight.zero_points)
            inputs.push_back(put("_zero_point", *weight.code_type, weight.scale_shape,
                                 WeightPart::zero_points, weight.zero_point_bytes()));
        put_nodes(weight, source_of(number), std::move(inputs), nodes);
    }

    void put_nodes(const StoredWeight& weight, const OnnxWeight& source, std::vector<std::string> inputs,
                   ProtobufDraft& nodes) {
        const std::int32_t type = source.tensor.data_type;
        const bool casts = weight.cast_only || type != onnx_type_named("f32").number;
        if (!weight.cast_only) {
            std::vector<NewAttribute> attributes;
            if (weight.axis) attributes.push_back({"axis", *weight.axis});
            if (weight.block_size != 0)
                attributes.push_back({"block_size", static_cast<std::int64_t>(weight.block_size)});
            const std::string output = casts ? survey_.new_name(source.value + "_dequantized") : source.value;
            nodes.message(graph_field::node, node_message({"DequantizeLinear", std::move(inputs), output,
                                                           std::move(attributes)}));
            inputs = {output};
        }
        if (casts)
            nodes.message(graph_field::node, node_message({"Cast", inputs, source.value, {{"to", type}}}));
    }

    // Where in the data file something is put; none where it stays in the model.
    std::optional<std::uint64_t> place_outside(std::uint64_t size) {
        if (request_.data_file.empty() || size < smallest_external) return std::nullopt;
        const std::uint64_t position = (result_.data_bytes + page_bytes - 1) / page_bytes * page_bytes;
        result_.data_bytes = position + size;
        return position;
    }

    void put_initializer(const ProtobufField& field, ProtobufDraft& graph) {
        if (planned_.contains(field.payload.begin)) return;
        ProtobufDraft tensor;
        put_tensor(field.payload, tensor);
        put_message(field, tensor, graph);
    }

    // A tensor that is kept: as it is, or with its data moved to the new data file.
    void put_tensor(FileRange message, ProtobufDraft& tensor) {
        const std::size_t index = tensors_.at(message.begin);
        const OnnxTensor& stored = request_.source.weights[index].tensor;
        const bool was_outside = stored.storage == OnnxStorage::external;
        const bool is_raw = stored.storage == OnnxStorage::in_place && stored.data != stored.message;
        const std::uint64_t size = request_.source.contents.tensors[index].bytes;
        const std::optional<std::uint64_t> position =
            was_outside || is_raw ? place_outside(was_outside ? std::max(size, smallest_external) : size)
                                  : std::nullopt;
        if (!position) return tensor.copy(message);
        for_each_field(message, [&](const ProtobufField& field) {
            const bool says_where =
                field.number == tensor_field::raw_data || field.number == tensor_field::float_data ||
                field.number == tensor_field::double_data || field.number == tensor_field::external_data ||
                field.number == tensor_field::data_location;
            if (!says_where) tensor.copy(field.whole);
        });
        result_.data.push_back({*position, size, false, index, {}});
        add_external_data(tensor, request_.data_file, *position, size);
    }

    void put_node(const ProtobufField& field, ProtobufDraft& graph, ProtobufDraft& initializers) {
        job_.throw_if_stopped();
        if (const auto planned = planned_.find(field.payload.begin); planned != planned_.end())
            return put_weight(planned->second, graph, initializers);
        const OnnxNode node = read_onnx_node(bytes_, field.payload);
        const OpsetAdaptation adaptation = adapt_to_opset(
            node, opset_, new_opset_, [&](const std::string& value) { return survey_.rank_of(value); });
        if (!adaptation.refusal.empty()) {
            const std::string& name =
                node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
            refuse(fmt::format("{} (node '{}')", adaptation.refusal, quotable(name)));
        }
        if (adaptation.flattened_from) return put_flattened(node, *adaptation.flattened_from, graph);
        ProtobufDraft rewritten;
        for_each_field(field.payload, [&](const ProtobufField& part) {
            if (part.number == node_attribute)
                put_attribute(part, node, adaptation, rewritten);
            else
                rewritten.copy(part.whole);
        });
        for (const std::string_view name : adaptation.to_inputs) {
            const std::string& owner = node.outputs.empty() ? node.name : node.outputs.front();
            const std::string value = survey_.new_name(fmt::format("{}_{}", owner, name));
            graph.message(graph_field::node, integers_node(value, node.attribute(name)->ints));
            rewritten.bytes(node_input, value);
        }
        if (adaptation.outputs_counted)
            rewritten.message(node_attribute,
                              integer_attribute({"num_outputs", *adaptation.outputs_counted}));
        put_message(field, rewritten, graph);
    }

    // A softmax over several axes, as those over one: of a matrix, which gets its shape back.
    void put_flattened(const OnnxNode& node, std::int64_t axis, ProtobufDraft& graph) {
        if (node.inputs.size() != 1 || node.outputs.size() != 1)
            refuse(fmt::format("{} (node '{}') should have one input and one output", node.op_type,
                               quotable(node.name)));
        const std::string& output = node.outputs.front();
        const std::string shape = survey_.new_name(output + "_shape");
        const std::string matrix = survey_.new_name(output + "_matrix");
        const std::string of_matrix = survey_.new_name(output + "_of_matrix");
        for (const NewNode& step : {NewNode{"Shape", node.inputs, shape, {}},
                                    NewNode{"Flatten", node.inputs, matrix, {{"axis", axis}}},
                                    NewNode{node.op_type, {matrix}, of_matrix, {{"axis", -1}}},
                                    NewNode{"Reshape", {of_matrix, shape}, output, {}}})
            graph.message(graph_field::node, node_message(step));
    }

    void put_attribute(const ProtobufField& field, const OnnxNode& node, const OpsetAdaptation& adaptation,
                       ProtobufDraft& into) {
        const auto attribute = std::ranges::find(node.attributes, field.whole, &OnnxAttribute::whole);
        const auto& moved = adaptation.to_inputs;
        if (std::ranges::find(moved, attribute->name) != moved.end()) return;
        const bool holds_tensor = attribute->tensor && tensors_.contains(attribute->tensor->begin);
        if (attribute->graphs.empty() && !holds_tensor) return into.copy(field.whole);
        ProtobufDraft rewritten;
        for_each_field(field.payload, [&](const ProtobufField& part) {
            if (part.number == attribute_graph || part.number == attribute_graphs)
                put_graph(part, rewritten);
            else if (holds_tensor && part.payload == *attribute->tensor)
                put_constant(part, rewritten);
            else
                rewritten.copy(part.whole);
        });
        put_message(field, rewritten, into);
    }

    // Constants stay where they are, unless their data would be lost.
    void put_constant(const ProtobufField& field, ProtobufDraft& into) {
        const OnnxTensor& stored = request_.source.weights[tensors_.at(field.payload.begin)].tensor;
        if (stored.storage != OnnxStorage::external) return into.copy(field.whole);
        ProtobufDraft tensor;
        put_tensor(field.payload, tensor);
        put_message(field, tensor, into);
    }

    const QdqRequest& request_;
    const JobContext& job_;
    ByteReader bytes_;
    ValueSurvey survey_;
    std::unordered_map<std::uint64_t, std::size_t> planned_;  // weights by the place of their message
    std::unordered_map<std::uint64_t, std::size_t> tensors_;  // all tensors of the model
    std::int64_t opset_ = 0;
    std::int64_t needed_opset_ = 0;
    std::int64_t new_opset_ = 0;
    std::size_t most_demanding_ = 0;
    QdqDocument result_;
};

}  // namespace

QdqDocument qdq_document(const QdqRequest& request, const JobContext& job) {
    return Rewriter(request, job).run();
}

}  // namespace halfstep
