// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/onnx/quantized_onnx.h"
#include "core/exports/onnx/stored_weight.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

class OnnxQdq : public ExportTarget {
  public:
    std::string_view name() const override { return "onnx-qdq"; }
    TargetKind kind() const override { return TargetKind::model; }
    std::string_view writes() const override {
        return "the quantized model itself as ONNX: an ONNX model with its weights in DequantizeLinear nodes";
    }
    std::string_view file_ending() const override { return "-quantized.onnx"; }
    bool shows_measurements() const override { return false; }

  private:
    // Codes of widths that ONNX has no type for are stored in the next wider one.
    std::string stored_otherwise(const TensorInfo& tensor, const Scheme& scheme) const override {
        if (scheme.family != Family::integer) return {};
        try {
            const auto stored = static_cast<int>(stored_weight(tensor, scheme).code_type->bits);
            return stored == scheme.bits
                       ? std::string()
                       : fmt::format("ONNX stores codes of {} bits in {}", scheme.bits, stored);
        } catch (const Error& error) {
            return error.problem();
        }
    }

  public:
    std::string why_not(const Scheme& scheme) const override { return why_not_in_onnx(scheme); }

  private:
    void check_as_a_whole(const ExportRequest& request) const override {
        check_for_onnx(request.model, request.plan);
    }

    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        const QuantizedModel written =
            write_quantized_onnx(request.model, request.plan, request.out, request.job);
        if (request.on_issue)
            for (const Issue& issue : written.issues)
                request.on_issue(issue);
        std::vector<std::filesystem::path> files = {written.file};
        files.insert(files.end(), written.further_files.begin(), written.further_files.end());
        return files;
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> onnx_qdq_target() {
    return std::make_unique<OnnxQdq>();
}

}  // namespace halfstep
