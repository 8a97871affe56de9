// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/quantized_model.h"

#include "core/exports/gguf/gguf_writer.h"
#include "core/exports/gguf/planned_file.h"
#include "core/exports/gguf/stored_types.h"

#include <utility>

namespace halfstep {

QuantizedModel write_quantized_model(const Model& model, const Plan& plan, const std::filesystem::path& out,
                                     const JobContext& job) {
    PlannedGguf planned = model.format() == "gguf" ? planned_gguf_from_gguf(model, plan, job)
                                                   : planned_gguf_from_hf(model, plan, job);
    const WrittenGguf written = write_gguf(planned.file, model, out, job);
    QuantizedModel result{out, written.bytes, {}, std::move(planned.issues)};
    for (std::size_t index = 0; index < planned.file.tensors.size(); ++index) {
        const GgufTensor& tensor = planned.file.tensors[index];
        if (tensor.source == nullptr) continue;
        const bool kept = tensor.type == tensor.source->dtype;
        const ErrorSums& sums = written.tensors[index].sums;
        result.tensors.push_back({tensor.source->name, kept ? "keep" : scheme_of_type(tensor.type),
                                  tensor.bytes(), tensor.copied() ? std::optional(0.0) : rel_error(sums)});
    }
    return result;
}

}  // namespace halfstep
