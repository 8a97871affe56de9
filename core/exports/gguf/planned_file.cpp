// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/planned_file.h"

#include "core/exports/gguf/stored_types.h"
#include "core/exports/llama_quantize.h"
#include "core/model_files/gguf.h"

#include <unordered_map>
#include <utility>

namespace halfstep {

PlannedGguf planned_gguf_from_gguf(const Model& model, const Plan& plan, const JobContext& job) {
    std::unordered_map<std::string_view, const Scheme*> planned;
    for (const Plan::Entry& entry : plan.entries)
        planned.emplace(entry.tensor, &entry.scheme);

    PlannedGguf result;
    std::vector<TypedTensor> typed;
    for (const TensorInfo& tensor : model.tensors()) {
        const auto found = planned.find(tensor.name);
        const bool changes = llama_quantize_changes(tensor.name, ggml_dimensions(tensor));
        StoredType stored =
            stored_type(tensor, found == planned.end() ? Scheme{} : *found->second, changes, false);
        if (!stored.note.empty())
            result.issues.push_back({Severity::warning, tensor.name, std::move(stored.note)});
        GgufTensor& into = result.file.tensors.emplace_back();
        into.name = tensor.name;
        into.shape = tensor.shape;
        into.type = stored.type;
        into.source = &tensor;
        if (changes) typed.push_back({tensor.name, stored.type, tensor.elements});
    }

    // The first part of a divided model carries the metadata.
    const std::shared_ptr<const InputFile>& source = model.files().front();
    const GgufContents contents = read_gguf(*source, job);
    result.file.alignment = contents.alignment;
    for (const GgufMetadataRange& value : contents.metadata)
        if (!value.key.starts_with("split."))
            result.file.metadata.copy(value.key, source, value.begin, value.end);
    result.file.metadata.set("general.file_type", gguf_file_type(typed));
    result.file.metadata.set("general.quantization_version", std::uint32_t{2});
    return result;
}

}  // namespace halfstep
