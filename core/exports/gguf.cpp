// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/gguf/quantized_model.h"
#include "core/exports/gguf/stored_types.h"
#include "core/exports/llama_quantize.h"
#include "core/exports/targets.h"
#include "core/model_files/tensor_names.h"

namespace halfstep {
namespace {

class Gguf : public ExportTarget {
  public:
    std::string_view name() const override { return "gguf"; }
    std::string_view writes() const override {
        return "the quantized model itself, as a GGUF file that llama.cpp runs";
    }
    TargetKind kind() const override { return TargetKind::model; }
    std::string_view file_ending() const override { return "-quantized.gguf"; }
    bool shows_measurements() const override { return false; }
    std::string why_not(const Scheme& scheme) const override { return why_not_in_gguf(scheme); }

  private:
    // Rows that are no whole number of blocks get another type.
    bool finds_another_type(const TensorInfo& tensor, const Scheme& scheme) const override {
        return tensor.measurable() && gguf_type(scheme).has_value();
    }

    std::string stored_otherwise(const TensorInfo& tensor, const Scheme& scheme) const override {
        const std::string name = gguf_name(tensor.name).value_or(tensor.name);
        try {
            return stored_type(tensor, scheme, llama_quantize_changes(name, ggml_dimensions(tensor)), false)
                .note;
        } catch (const Error& error) {
            return error.problem();
        }
    }

    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        const QuantizedModel written =
            write_quantized_model(request.model, request.plan, request.out, request.job, request.importance);
        if (request.on_issue)
            for (const Issue& issue : written.issues)
                request.on_issue(issue);
        return {written.file};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> gguf_target() {
    return std::make_unique<Gguf>();
}

}  // namespace halfstep
