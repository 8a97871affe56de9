// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/quantized_model.h"

#include "core/base/error.h"
#include "core/exports/gguf/gguf_writer.h"
#include "core/exports/gguf/planned_file.h"
#include "core/exports/gguf/stored_types.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

// Rows of such types are weighed as a whole; longer ones are written in pieces.
void check_row(const GgufTensor& tensor) {
    constexpr std::uint64_t longest = std::uint64_t{1} << 20U;
    const bool by_rows = tensor.type == DType::q4_0 || tensor.type == DType::q4_1 ||
                         tensor.type == DType::q5_0 || tensor.type == DType::q5_1;
    if (by_rows && tensor.row_elements() > longest)
        throw Error(fmt::format("rows of {} weights are too long for {} with importance",
                                tensor.row_elements(), traits(tensor.type).name),
                    {{}, tensor.source->name, {}}, "Choose q4_K or q5_K, or leave the importance matrix out");
}

void use_importance(GgufFile& file, const Importance& importance) {
    for (GgufTensor& tensor : file.tensors) {
        if (tensor.source == nullptr || traits(tensor.type).kind != DTypeKind::ggml_block) continue;
        tensor.importance = importance.find(tensor.source->name);
        if (tensor.importance != nullptr) check_row(tensor);
    }
    const ImatrixRecord record = imatrix_record(importance.imatrix());
    file.metadata.set("quantize.imatrix.file", record.file);
    if (!record.dataset.empty()) file.metadata.set("quantize.imatrix.dataset", record.dataset);
    file.metadata.set("quantize.imatrix.entries_count", record.entries_count);
    if (record.chunks_count) file.metadata.set("quantize.imatrix.chunks_count", *record.chunks_count);
}

}  // namespace

QuantizedModel write_quantized_model(const Model& model, const Plan& plan, const std::filesystem::path& out,
                                     const JobContext& job, const Importance* importance) {
    if (model.format() == "onnx")
        throw Error("an ONNX model does not become GGUF, whose programs want to know its architecture",
                    {model.path().string(), {}, {}}, "Export it to onnx-qdq instead");
    PlannedGguf planned = model.format() == "gguf" ? planned_gguf_from_gguf(model, plan, job)
                                                   : planned_gguf_from_hf(model, plan, job);
    if (importance != nullptr) use_importance(planned.file, *importance);
    const WrittenGguf written = write_gguf(planned.file, model, out, job);
    QuantizedModel result{out, written.bytes, {}, std::move(planned.issues)};
    for (std::size_t index = 0; index < planned.file.tensors.size(); ++index) {
        const GgufTensor& tensor = planned.file.tensors[index];
        if (tensor.source == nullptr) continue;
        const bool kept = tensor.type == tensor.source->dtype;
        const ErrorSums& sums = written.tensors[index].sums;
        result.tensors.push_back({tensor.source->name, kept ? "keep" : notation_of_type(tensor.type),
                                  tensor.bytes(), tensor.copied() ? std::optional(0.0) : rel_error(sums)});
    }
    return result;
}

}  // namespace halfstep
