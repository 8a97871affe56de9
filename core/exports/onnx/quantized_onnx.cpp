// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/quantized_onnx.h"

#include "core/base/error.h"
#include "core/base/figure_text.h"
#include "core/exports/onnx/qdq_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t largest_message = (std::uint64_t{1} << 31U) - 1;  // of protobuf

// A plan's weights, as ONNX will hold them.
struct PlannedWeights {
    std::vector<StoredWeight> weights;
    std::vector<std::size_t> sources;
};

void check_tensor(const TensorInfo& tensor, const std::string& file) {
    const ErrorPlace place{file, tensor.name, {}};
    if (tensor.quantized())
        throw Error("this weight is quantized already, and nodes that use it want its codes", place,
                    "Keep it");
    if (tensor.elements == 0) throw Error("this tensor has no elements", place, "Keep it");
}

PlannedWeights planned_weights(const Model& model, const Plan& plan, const OnnxContents& source) {
    PlannedWeights planned;
    const auto& tensors = model.tensors();
    for (std::size_t index = 0; index < tensors.size(); ++index) {
        const Scheme* scheme = plan.find(tensors[index].name);
        if (scheme == nullptr || scheme->family == Family::keep) continue;
        if (source.weights[index].in_function)
            throw Error("this weight is inside a function, whose weights are not replaced",
                        {model.path().string(), tensors[index].name, {}},
                        "Inline the model's functions first (onnx.inliner), or keep it");
        StoredWeight weight = stored_weight(tensors[index], *scheme);
        if (weight.code_type->dtype == tensors[index].dtype) continue;  // it is what is asked for
        planned.weights.push_back(std::move(weight));
        planned.sources.push_back(index);
    }
    if (planned.weights.empty())
        throw Error("the plan keeps every tensor, so there is nothing to write",
                    {model.path().string(), {}, {}}, "Choose a scheme for some of them");
    return planned;
}

// The same file as when it was opened, but for what a second reading could find changed.
OnnxContents read_again(const Model& model, const JobContext& job) {
    OnnxContents source = read_onnx(*model.files().front(), job);
    const bool same = std::ranges::equal(source.contents.tensors, model.tensors(), {}, &TensorInfo::name,
                                         &TensorInfo::name) &&
                      std::ranges::equal(source.contents.tensors, model.tensors(), {},
                                         &TensorInfo::file_offset, &TensorInfo::file_offset);
    if (!same)
        throw Error("the model was changed after it was opened", {model.path().string(), {}, {}},
                    "Open it again");
    return source;
}

bool holds_external_data(const OnnxContents& source) {
    return std::ranges::any_of(source.weights, [](const OnnxWeight& weight) {
        return weight.tensor.storage == OnnxStorage::external;
    });
}

void note_narrow_types(const PlannedWeights& planned, std::vector<Issue>& issues) {
    const auto narrow = [](const StoredWeight& weight) {
        return weight.tensor->dtype == DType::f16 || weight.tensor->dtype == DType::bf16;
    };
    const auto first = std::ranges::find_if(planned.weights, narrow);
    if (first == planned.weights.end()) return;
    issues.push_back({Severity::note, first->tensor->name,
                      fmt::format("the model computes with {}: dequantized weights are rounded to it",
                                  first->tensor->dtype_name)});
}

std::uint64_t stored_bytes(const StoredWeight& weight) {
    return weight.code_bytes() + weight.scale_bytes() + weight.zero_point_bytes();
}

// Plans count the bits of a scheme; ONNX has codes of 4, 8 and 16 bits, and scales stay 32 bits so that
// weights come out as they were measured.
void note_wider_storage(const PlannedWeights& planned, std::vector<Issue>& issues) {
    std::uint64_t stored = 0;
    std::uint64_t wanted = 0;
    for (const StoredWeight& weight : planned.weights) {
        const bool wider_codes =
            !weight.cast_only && weight.code_type->bits > static_cast<unsigned>(weight.scheme.bits);
        if (!wider_codes && weight.scheme.scale_storage == ScaleStorage::s32) continue;
        stored += stored_bytes(weight);
        wanted += planned_bits(*weight.tensor, weight.scheme) / 8;
    }
    if (stored <= wanted) return;
    issues.push_back({Severity::note,
                      {},
                      fmt::format("some weights take {} where the plan counts {}: ONNX stores codes in 4, "
                                  "8 or 16 bits, and scales here in 32",
                                  size_text(stored), size_text(wanted))});
}

QdqDocument document_for(const Model& model, const OnnxContents& source, const PlannedWeights& planned,
                         const std::filesystem::path& out, const std::string& data_name,
                         const JobContext& job) {
    QdqRequest wanted{*model.files().front(), source, planned.weights, planned.sources,
                      holds_external_data(source) ? data_name : ""};
    QdqDocument document = qdq_document(wanted, job);
    if (document.model.size() > largest_message) {
        wanted.data_file = data_name;
        document = qdq_document(wanted, job);
    }
    if (document.model.size() > largest_message)
        throw Error("what stays in the model itself is larger than 2 GiB, which ONNX does not allow",
                    {out.string(), {}, {}}, "Store its constants as initializers first");
    return document;
}

// What became of each tensor; measurements are those of the planned weights.
std::vector<QuantizedTensor> outcomes(const Model& model, const PlannedWeights& planned,
                                      const std::vector<Measurement>& measurements) {
    std::vector<QuantizedTensor> tensors;
    for (const TensorInfo& tensor : model.tensors())
        tensors.push_back({tensor.name, "keep", tensor.bytes, 0.0});
    for (std::size_t number = 0; number < planned.weights.size(); ++number) {
        const StoredWeight& weight = planned.weights[number];
        QuantizedTensor& tensor = tensors[planned.sources[number]];
        tensor.scheme = to_string(measurements[number].scheme);
        tensor.bytes = stored_bytes(weight);
        tensor.rel_error = rel_error(measurements[number].sums);
    }
    return tensors;
}

}  // namespace

void check_for_onnx(const Model& model, const Plan& plan) {
    if (model.format() != "onnx")
        throw Error(fmt::format("onnx-qdq writes ONNX models anew, this one is {}", model.format()),
                    {model.path().string(), {}, {}}, "Open the ONNX model, or choose another target");
    for (const Plan::Entry& entry : plan.entries) {
        const TensorInfo* tensor = model.find(entry.tensor);
        if (tensor == nullptr || entry.scheme.family == Family::keep) continue;
        check_tensor(*tensor, model.path().string());
        stored_weight(*tensor, entry.scheme);
    }
}

QuantizedModel write_quantized_onnx(const Model& model, const Plan& plan, const std::filesystem::path& out,
                                    const JobContext& job) {
    check_for_onnx(model, plan);
    const OnnxContents source = read_again(model, job);
    const PlannedWeights planned = planned_weights(model, plan, source);
    const std::filesystem::path data_out = out.string() + ".data";
    const QdqDocument document = document_for(model, source, planned, out, data_out.filename().string(), job);
    const std::vector<Measurement> measurements =
        write_qdq({model, source, planned.weights, document, out, data_out}, job);

    QuantizedModel result{out, document.model.size() + document.data_bytes,
                          outcomes(model, planned, measurements), document.issues};
    note_narrow_types(planned, result.issues);
    note_wider_storage(planned, result.issues);
    for (std::size_t number = 0; number < measurements.size(); ++number)
        for (const Issue& issue : measurements[number].issues)
            result.issues.push_back({issue.severity, planned.weights[number].tensor->name, issue.message});
    if (!document.data.empty()) result.further_files.push_back(data_out);
    return result;
}

}  // namespace halfstep
