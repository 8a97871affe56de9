// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/onnx_graph.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t most_weights = 1'000'000;
constexpr std::size_t most_functions = 65'536;
constexpr std::size_t most_aliases = 4'000'000;
constexpr std::size_t longest_prefix = 4096;
constexpr std::size_t most_name_bytes = std::size_t{256} << 20U;

// What a name in a graph stands for: a tensor of the model or, inside a function, one of its inputs; or
// neither.
struct Origin {
    enum Kind : std::uint8_t { none, weight, parameter };
    Kind kind = none;
    std::size_t index = 0;
    std::vector<int> axes = {};  // of what it stands for, where they were transposed
    // Cut along its rows, put together again, or given further axes before: as exporters bring the gates of
    // recurrent layers into ONNX's order.
    bool rearranged = false;
};

// The names of one graph; what is not among them is looked for in the graph around it.
struct Scope {
    const Scope* outer = nullptr;
    std::string prefix;  // of the names of its tensors
    bool in_function = false;
    std::vector<WeightUse>* parameter_uses = nullptr;
    std::unordered_map<std::string, Origin> names = {};

    const Origin* find(const std::string& name) const {
        for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
            const auto found = scope->names.find(name);
            if (found != scope->names.end()) return &found->second;
        }
        return nullptr;
    }
};

struct Function {
    FileRange message;
    std::string path;
    bool begun = false;                // to be read: where it calls itself, what it does is not known
    std::vector<WeightUse> uses = {};  // of its inputs
};

void merge(WeightUse& use, const WeightUse& another) {
    if (another.kind > use.kind) use = another;
}

class GraphReader {
  public:
    GraphReader(ByteReader& bytes, const JobContext& job) : bytes_(bytes), job_(job) {}

    OnnxGraphContents read(FileRange graph, const std::vector<FileRange>& functions) {
        for (const FileRange& function : functions)
            list_function(function);
        Scope scope;
        read_graph(graph, scope, 0);
        for (auto& [key, function] : functions_)
            read_function(function, 0);
        return std::move(contents_);
    }

  private:
    void list_function(FileRange message) {
        ProtobufReader reader(bytes_, message);
        ProtobufField field;
        std::string name;
        std::string domain;
        while (reader.next(field)) {
            if (field.number == function_field::name) name = read_text(bytes_, field);
            if (field.number == function_field::domain) domain = read_text(bytes_, field);
        }
        if (functions_.size() == most_functions)
            bytes_.fail(fmt::format("the model has more than {} functions", most_functions), message.begin);
        Function function{message, fmt::format("{}.{}/", domain, name)};
        functions_.try_emplace({std::move(domain), std::move(name)}, std::move(function));
    }

    // Initializers first: they may stand after the nodes that use them.
    void read_graph(FileRange graph, Scope& scope, int depth) {
        if (depth > deepest_graph)
            bytes_.fail(fmt::format("graphs are nested more than {} deep here", deepest_graph), graph.begin);
        ProtobufReader reader(bytes_, graph);
        ProtobufField field;
        while (reader.next(field)) {
            if (field.number == graph_field::initializer) {
                require_type(bytes_, field, WireType::bytes);
                add_initializer(field.payload, scope);
            } else if (field.number == graph_field::sparse_initializer) {
                ++contents_.sparse;
            } else if (field.number == graph_field::name && depth == 0 && !scope.in_function) {
                contents_.name = read_text(bytes_, field);
            }
        }
        read_nodes(graph, graph_field::node, scope, depth);
    }

    void read_nodes(FileRange message, std::uint32_t number, Scope& scope, int depth) {
        ProtobufReader reader(bytes_, message);
        ProtobufField field;
        while (reader.next(field)) {
            if (field.number != number) continue;
            job_.throw_if_stopped();
            require_type(bytes_, field, WireType::bytes);
            read_node(read_onnx_node(bytes_, field.payload), scope, depth);
        }
    }

    void read_function(Function& function, int depth) {
        if (function.begun) return;
        function.begun = true;
        if (depth > deepest_graph)
            bytes_.fail(fmt::format("functions call each other more than {} deep", deepest_graph),
                        function.message.begin);
        Scope scope{nullptr, function.path, true, &function.uses};
        ProtobufReader reader(bytes_, function.message);
        ProtobufField field;
        while (reader.next(field)) {
            if (field.number != function_field::input) continue;
            const std::size_t index = function.uses.size();
            scope.names.insert_or_assign(read_text(bytes_, field), Origin{Origin::parameter, index});
            function.uses.emplace_back();
        }
        read_nodes(function.message, function_field::node, scope, depth);
    }

    void add_initializer(FileRange message, Scope& scope) {
        OnnxWeight weight;
        weight.tensor = read_onnx_tensor(bytes_, message);
        weight.value = weight.tensor.name;
        if (weight.value.empty()) bytes_.fail("this initializer has no name", message.begin);
        add_weight(std::move(weight), scope);
    }

    void add_weight(OnnxWeight weight, Scope& scope) {
        const std::uint64_t position = weight.tensor.message.begin;
        weight.name = scope.prefix + weight.value;
        weight.in_function = scope.in_function;
        if (contents_.weights.size() == most_weights)
            bytes_.fail(fmt::format("the model has more than {} tensors", most_weights), position);
        name_bytes_ += weight.name.size();
        if (name_bytes_ > most_name_bytes)
            bytes_.fail("the names of the tensors up to here are too long", position);
        bytes_.set_context(weight.name);
        if (!weight_names_.insert(weight.name).second)
            bytes_.fail("this tensor is in the model twice", position);
        bytes_.set_context({});
        scope.names.insert_or_assign(weight.value, Origin{Origin::weight, contents_.weights.size()});
        contents_.weights.push_back(std::move(weight));
    }

    void read_node(const OnnxNode& node, Scope& scope, int depth) {
        if (node.is("Constant")) return add_constant(node, scope);
        for (std::size_t input = 0; input < node.inputs.size(); ++input)
            if (const Origin* origin = scope.find(node.inputs[input]))
                note_use(*origin, use_by_node_or_function(node, input, depth), scope);
        name_outputs(node, scope);
        for (const OnnxAttribute& attribute : node.attributes)
            read_graphs_of(attribute, node, scope, depth);
    }

    void read_graphs_of(const OnnxAttribute& attribute, const OnnxNode& node, const Scope& scope, int depth) {
        std::size_t number = 0;
        for (const FileRange& graph : attribute.graphs) {
            const std::string which = attribute.graphs.size() == 1 ? "" : fmt::format("[{}]", number++);
            const std::string& owner = node.outputs.empty() ? node.name : node.outputs.front();
            if (scope.prefix.size() + owner.size() + attribute.name.size() > longest_prefix)
                bytes_.fail("the names of the graphs around this one are too long", graph.begin);
            Scope inner{&scope, fmt::format("{}{}.{}{}/", scope.prefix, owner, attribute.name, which),
                        scope.in_function, scope.parameter_uses};
            read_graph(graph, inner, depth + 1);
        }
    }

    WeightUse use_by_node_or_function(const OnnxNode& node, std::size_t input, int depth) {
        const auto called = functions_.find({node.domain, node.op_type});
        if (called == functions_.end()) return use_by(node, input);
        read_function(called->second, depth + 1);
        const std::vector<WeightUse>& uses = called->second.uses;
        WeightUse use = input < uses.size() ? uses[input] : WeightUse{};
        if (!node.name.empty()) use.node = node.name;  // calls differ, the function is one
        return use;
    }

    void note_use(const Origin& origin, const WeightUse& use, Scope& scope) {
        if (origin.rearranged && use.kind != UseKind::recurrent) return;
        const WeightUse seen = seen_through(use, origin.axes);
        if (origin.kind == Origin::weight) merge(contents_.weights[origin.index].use, seen);
        if (origin.kind == Origin::parameter && scope.parameter_uses != nullptr)
            merge((*scope.parameter_uses)[origin.index], seen);
    }

    // Outputs that are a tensor under another name stand for it.
    void name_outputs(const OnnxNode& node, Scope& scope) {
        std::optional<Origin> same = same_tensor(node, scope);
        for (const std::string& output : node.outputs) {
            const bool first = &output == &node.outputs.front();
            const bool stands_for_one = first && same && !output.empty();
            // A name from outside that has another meaning in here.
            if (!stands_for_one && scope.find(output) == nullptr) continue;
            if (++aliases_ > most_aliases)
                bytes_.fail(fmt::format("the model has more than {} names for its tensors", most_aliases),
                            node.message.begin);
            scope.names.insert_or_assign(output, stands_for_one ? std::move(*same) : Origin{});
        }
    }

    std::optional<Origin> same_tensor(const OnnxNode& node, const Scope& scope) const {
        const bool transposes = node.is("Transpose");
        const bool rearranges = node.is("Slice") || node.is("Concat") || node.is("Unsqueeze");
        if (node.inputs.empty() || !(transposes || rearranges || passes_through(node))) return std::nullopt;
        const Origin* origin = scope.find(node.inputs.front());
        if (origin == nullptr || origin->kind == Origin::none) return std::nullopt;
        if (transposes) return transposed(*origin, permutation(node, *origin));
        Origin same = *origin;
        if (rearranges && !(same.axes.empty() && are_parts_of_one(node, scope))) return std::nullopt;
        same.rearranged = same.rearranged || rearranges;
        return same;
    }

    static bool are_parts_of_one(const OnnxNode& node, const Scope& scope) {
        if (!node.is("Concat")) return true;
        const Origin& first = *scope.find(node.inputs.front());
        return std::ranges::all_of(node.inputs, [&](const std::string& input) {
            const Origin* origin = scope.find(input);
            return origin != nullptr && origin->kind == first.kind && origin->index == first.index;
        });
    }

    // Without the attribute, axes are reversed; how many there are is not known of a function's input.
    std::vector<std::int64_t> permutation(const OnnxNode& node, const Origin& origin) const {
        const OnnxAttribute* perm = node.attribute("perm");
        if (perm != nullptr) return perm->ints;
        std::size_t rank = origin.axes.size();
        if (rank == 0 && origin.kind == Origin::weight)
            rank = contents_.weights[origin.index].tensor.dims.size();
        std::vector<std::int64_t> reversed(rank);
        std::iota(reversed.rbegin(), reversed.rend(), std::int64_t{0});
        return reversed;
    }

    static std::optional<Origin> transposed(const Origin& origin,
                                            const std::vector<std::int64_t>& permutation) {
        const std::size_t rank = origin.axes.empty() ? permutation.size() : origin.axes.size();
        if (permutation.empty() || permutation.size() != rank || origin.rearranged) return std::nullopt;
        std::vector<int> axes;
        for (const std::int64_t axis : permutation) {
            if (axis < 0 || axis >= static_cast<std::int64_t>(rank)) return std::nullopt;
            axes.push_back(origin.axes.empty() ? static_cast<int>(axis)
                                               : origin.axes[static_cast<std::size_t>(axis)]);
        }
        return Origin{origin.kind, origin.index, std::move(axes)};
    }

    void add_constant(const OnnxNode& node, Scope& scope) {
        if (node.outputs.empty() || node.outputs.front().empty()) return;
        OnnxWeight weight;
        weight.value = node.outputs.front();
        weight.constant_node = node.message;
        if (weight.value.find('\0') != std::string::npos)
            bytes_.fail("this constant's name holds a zero byte", node.message.begin);
        if (const OnnxAttribute* value = node.attribute("value"); value != nullptr && value->tensor)
            weight.tensor = read_onnx_tensor(bytes_, *value->tensor);
        else if (const OnnxAttribute* one = node.attribute("value_float"); one != nullptr && one->f)
            weight.tensor = floats_at(*one->f, true);
        else if (const OnnxAttribute* some = node.attribute("value_floats"); some != nullptr && some->floats)
            weight.tensor = floats_at(*some->floats, false);
        else
            return;  // whole numbers and texts in attributes are no tensors of the model
        add_weight(std::move(weight), scope);
    }

    OnnxTensor floats_at(FileRange data, bool scalar) const {
        if (data.size() % sizeof(float) != 0)
            bytes_.fail("these floats do not end on a whole one", data.begin);
        OnnxTensor tensor;
        tensor.data_type = onnx_type_named("f32").number;
        tensor.elements = data.size() / sizeof(float);
        if (!scalar) tensor.dims = {static_cast<std::int64_t>(tensor.elements)};
        tensor.bytes = data.size();
        tensor.message = tensor.data = data;
        tensor.storage = OnnxStorage::in_place;
        return tensor;
    }

    ByteReader& bytes_;
    const JobContext& job_;
    std::map<std::pair<std::string, std::string>, Function> functions_;
    std::unordered_set<std::string> weight_names_;
    std::size_t aliases_ = 0;
    std::size_t name_bytes_ = 0;
    OnnxGraphContents contents_;
};

}  // namespace

OnnxGraphContents read_onnx_graph(ByteReader& bytes, FileRange graph, const std::vector<FileRange>& functions,
                                  const JobContext& job) {
    return GraphReader(bytes, job).read(graph, functions);
}

}  // namespace halfstep
