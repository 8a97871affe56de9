// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/onnx/qdq_writer.h"
#include "core/exports/targets.h"

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

void check_source(const TensorInfo& tensor, const OnnxWeight& source, const std::string& file) {
    const ErrorPlace place{file, tensor.name, {}};
    if (source.in_function)
        throw Error("this weight is inside a function, whose weights are not replaced", place,
                    "Inline the model's functions first (onnx.inliner), or keep it");
    if (is_quantized(tensor.dtype))
        throw Error("this weight is quantized already, and nodes that use it want its codes", place,
                    "Keep it");
    if (tensor.elements == 0) throw Error("this tensor has no elements", place, "Keep it");
}

PlannedWeights planned_weights(const ExportRequest& request, const OnnxContents& source) {
    PlannedWeights planned;
    const auto& tensors = request.model.tensors();
    for (std::size_t index = 0; index < tensors.size(); ++index) {
        const Scheme* scheme = request.plan.find(tensors[index].name);
        if (scheme == nullptr || scheme->family == Family::keep) continue;
        check_source(tensors[index], source.weights[index], request.model.path().string());
        StoredWeight weight = stored_weight(tensors[index], *scheme);
        if (weight.code_type->dtype == tensors[index].dtype) continue;  // it is what is asked for
        planned.weights.push_back(std::move(weight));
        planned.sources.push_back(index);
    }
    if (planned.weights.empty())
        throw Error("the plan keeps every tensor, so there is nothing to write",
                    {request.model.path().string(), {}, {}}, "Choose a scheme for some of them");
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

class OnnxQdq : public ExportTarget {
  public:
    std::string_view name() const override { return "onnx-qdq"; }
    TargetKind kind() const override { return TargetKind::model; }
    std::string_view writes() const override {
        return "the quantized model itself as ONNX: an ONNX model with its weights in DequantizeLinear nodes";
    }
    std::string_view file_ending() const override { return "-quantized.onnx"; }
    bool shows_measurements() const override { return false; }
    std::string why_not(const Scheme& scheme) const override { return why_not_in_onnx(scheme); }

  private:
    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        const Model& model = request.model;
        if (model.format() != "onnx")
            throw Error(fmt::format("onnx-qdq writes ONNX models anew, this one is {}", model.format()),
                        {model.path().string(), {}, {}}, "Open the ONNX model, or choose another target");
        const OnnxContents source = read_again(model, request.job);
        const PlannedWeights planned = planned_weights(request, source);
        const std::filesystem::path data_out = request.out.string() + ".data";
        const std::string data_name = data_out.filename().string();
        QdqRequest wanted{*model.files().front(), source, planned.weights, planned.sources,
                          holds_external_data(source) ? data_name : ""};
        QdqDocument document = qdq_document(wanted, request.job);
        if (document.model.size() > largest_message) {
            wanted.data_file = data_name;
            document = qdq_document(wanted, request.job);
        }
        if (document.model.size() > largest_message)
            throw Error("what stays in the model itself is larger than 2 GiB, which ONNX does not allow",
                        {request.out.string(), {}, {}}, "Store its constants as initializers first");
        std::vector<Issue> issues = document.issues;
        note_narrow_types(planned, issues);
        write_qdq({model, source, planned.weights, document, request.out, data_out}, issues, request.job);
        if (request.on_issue)
            for (const Issue& issue : issues)
                request.on_issue(issue);
        if (document.data.empty()) return {request.out};
        return {request.out, data_out};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> onnx_qdq_target() {
    return std::make_unique<OnnxQdq>();
}

}  // namespace halfstep
