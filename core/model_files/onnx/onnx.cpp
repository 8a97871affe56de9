// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/onnx.h"

#include "core/base/error.h"
#include "core/model_files/onnx/external_files.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint32_t highest_model_field = 26;  // of onnx 1.23, configuration
constexpr std::size_t most_opsets = 1024;

// Names that exporters give to every graph.
constexpr std::array nothing_saying_names = std::to_array<std::string_view>(
    {"torch-jit-export", "torch_jit", "main_graph", "main", "graph", "tf2onnx", "spox_graph"});

class ModelReader {
  public:
    ModelReader(const InputFile& file, const JobContext& job)
        : bytes_(file), job_(job), external_(file.path().parent_path()) {}

    OnnxContents read() {
        ProtobufReader reader(bytes_, {0, bytes_.file().size()});
        ProtobufField field;
        while (reader.next(field))
            take(field);
        if (!graph_) bytes_.fail("this ONNX model has no graph", bytes_.file().size());
        result_.graph = *graph_;
        OnnxGraphContents graph = read_onnx_graph(bytes_, *graph_, result_.functions, job_);
        describe(graph);
        for (const OnnxWeight& weight : graph.weights)
            add_tensor(weight);
        result_.weights = std::move(graph.weights);
        finish_files();
        return std::move(result_);
    }

  private:
    void take(const ProtobufField& field) {
        switch (field.number) {
            case model_field::ir_version:
                require_type(bytes_, field, WireType::varint);
                result_.ir_version = static_cast<std::int64_t>(field.value);
                return;
            case model_field::producer_name:
                return show("producer", field);
            case model_field::graph:
                require_type(bytes_, field, WireType::bytes);
                if (graph_) bytes_.fail("this model has a second graph", field.whole.begin);
                graph_ = field.payload;
                return;
            case model_field::opset_import:
                if (result_.opsets.size() == most_opsets)
                    bytes_.fail("this model imports too many operator sets", field.whole.begin);
                result_.opsets.push_back(read_onnx_opset(bytes_, field));
                return;
            case model_field::metadata_props:
                return take_metadata(field);
            case model_field::functions:
                require_type(bytes_, field, WireType::bytes);
                result_.functions.push_back(field.payload);
                return;
            default:
                return;
        }
    }

    void add_property(std::string key, std::string value) {
        auto& properties = result_.contents.properties;
        if (value.empty() || properties.size() >= most_properties) return;
        properties.emplace_back(std::move(key), std::move(value));
    }

    void show(std::string key, const ProtobufField& field) {
        require_type(bytes_, field, WireType::bytes);
        if (field.payload.size() <= longest_property) add_property(std::move(key), read_text(bytes_, field));
    }

    void take_metadata(const ProtobufField& field) {
        require_type(bytes_, field, WireType::bytes);
        if (field.payload.size() > 2 * longest_property) return;
        ProtobufReader entry(bytes_, field.payload);
        ProtobufField part;
        std::string key;
        std::string value;
        while (entry.next(part)) {
            if (part.number == 1) key = quotable(read_text(bytes_, part));
            if (part.number == 2) value = read_text(bytes_, part);
        }
        add_property(std::move(key), std::move(value));
    }

    void describe(const OnnxGraphContents& graph) {
        const bool says_something =
            std::ranges::find(nothing_saying_names, graph.name) == nothing_saying_names.end();
        if (says_something) result_.contents.architecture = quotable(graph.name);
        add_property("ir_version", fmt::format("{}", result_.ir_version));
        for (const OnnxOpset& opset : result_.opsets)
            add_property(opset.domain.empty() ? "opset" : "opset " + quotable(opset.domain),
                         fmt::format("{}", opset.version));
        if (graph.sparse != 0)
            result_.contents.issues.push_back(
                {Severity::warning,
                 {},
                 fmt::format(
                     "{} stored as sparse: not listed",
                     graph.sparse == 1 ? "one tensor is" : fmt::format("{} tensors are", graph.sparse))});
    }

    void add_tensor(const OnnxWeight& weight) {
        const OnnxTensor& stored = weight.tensor;
        const OnnxType* type = onnx_type(stored.data_type);
        TensorInfo info;
        info.name = weight.name;
        info.dtype = type != nullptr ? type->dtype : DType::unknown;
        info.dtype_name =
            type != nullptr ? std::string(type->name) : fmt::format("type {}", stored.data_type);
        info.shape = stored.dims;
        info.elements = stored.elements;
        info.bytes = stored.bytes;
        bytes_.set_context(weight.name);
        place(stored, info);
        bytes_.set_context({});
        assign_role(info, weight.use);
        result_.contents.tensors.push_back(std::move(info));
    }

    void place(const OnnxTensor& stored, TensorInfo& info) {
        switch (stored.storage) {
            case OnnxStorage::nothing:
                return;
            case OnnxStorage::in_place:
                info.file_offset = stored.data.begin;
                return;
            case OnnxStorage::external: {
                const ExternalPlace place = external_.find(bytes_, stored);
                info.file = place.file + 1;
                info.file_offset = place.offset;
                info.bytes = place.bytes;
                return;
            }
            case OnnxStorage::typed: {
                const std::vector<std::byte> decoded = decode_typed_data(bytes_, stored);
                info.file_offset = decoded_.size();
                decoded_.insert(decoded_.end(), decoded.begin(), decoded.end());
                decoded_tensors_.push_back(result_.contents.tensors.size());
                return;
            }
        }
    }

    void finish_files() {
        result_.further_files = external_.take_files();
        if (decoded_tensors_.empty()) return;
        result_.further_files.push_back(
            std::make_shared<const InputFile>(bytes_.file().path(), std::move(decoded_)));
        for (const std::size_t index : decoded_tensors_)
            result_.contents.tensors[index].file = static_cast<std::uint32_t>(result_.further_files.size());
    }

    ByteReader bytes_;
    const JobContext& job_;
    ExternalFiles external_;
    std::optional<FileRange> graph_;
    std::vector<std::byte> decoded_;
    std::vector<std::size_t> decoded_tensors_;
    OnnxContents result_;
};

}  // namespace

OnnxOpset read_onnx_opset(ByteReader& bytes, const ProtobufField& field) {
    require_type(bytes, field, WireType::bytes);
    OnnxOpset opset;
    opset.field = field.whole;
    ProtobufReader reader(bytes, field.payload);
    ProtobufField part;
    while (reader.next(part)) {
        if (part.number == opset_field::domain) opset.domain = read_text(bytes, part);
        if (part.number != opset_field::version) continue;
        require_type(bytes, part, WireType::varint);
        opset.version = static_cast<std::int64_t>(part.value);
    }
    if (opset.domain == "ai.onnx") opset.domain.clear();
    return opset;
}

bool looks_like_onnx(const InputFile& file) {
    ByteReader bytes(file);
    ProtobufReader reader(bytes, {0, file.size()});
    ProtobufField field;
    bool has_version = false;
    bool has_graph = false;
    try {
        while (reader.next(field)) {
            if (field.number > highest_model_field) return false;
            has_version =
                has_version || (field.number == model_field::ir_version && field.type == WireType::varint);
            has_graph = has_graph || (field.number == model_field::graph && field.type == WireType::bytes);
            if (!has_version && !has_graph && field.whole.end > 65'536) return false;
        }
    } catch (const Error&) {
        return false;
    }
    return has_version && has_graph;
}

OnnxContents read_onnx(const InputFile& file, const JobContext& job) {
    return ModelReader(file, job).read();
}

}  // namespace halfstep
