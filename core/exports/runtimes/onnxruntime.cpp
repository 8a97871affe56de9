// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

// Source: python/tools/quantization/tensor_quant_overrides.py of ONNX Runtime (0d75fcc): a list of one
// override for each initializer; an axis makes it one scale for each channel.
namespace halfstep {
namespace {

class OnnxRuntime : public TextConfigTarget {
  public:
    std::string_view name() const override { return "onnxruntime"; }
    std::string_view writes() const override {
        return "TensorQuantOverrides for ONNX Runtime's static quantization: type and axis of each weight";
    }
    std::string_view file_ending() const override { return ".overrides.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.asymmetric = true;
        integers.by_tensor = integers.by_channel = true;
        return {"ONNX Runtime", integer_formats({4, 8, 16}, integers)};
    }
    QuantizedKinds kinds() const override {
        return {.runtime = "ONNX Runtime",
                .embeddings = true,
                .convolutions = true,
                .recurrent = true,
                .names_weights = true};
    }

    std::vector<Issue> further_issues(const Model& model, const PlannedModules& modules) const override {
        std::vector<Issue> issues;
        if (model.format() != "onnx")
            issues.push_back(
                {Severity::note,
                 {},
                 "names and axes are those of this model: an export to ONNX may rename weights and "
                 "transpose them, and then the plan had better be made for the ONNX file"});
        if (!modules.kept.empty())
            issues.push_back(
                {Severity::note, modules.kept.front().tensor->name,
                 fmt::format("{} weights are kept, which overrides cannot say: name the nodes that "
                             "use them in nodes_to_exclude",
                             modules.kept.size())});
        return issues;
    }

    static ConfigJson override_of(const PlannedModule& module) {
        const bool symmetric = is_symmetric(module.scheme);
        ConfigJson json{{"quant_type", fmt::format("{}Int{}", symmetric ? "Q" : "QU", module.scheme.bits)}};
        if (module.scheme.granularity == Granularity::channel)
            json["axis"] = module.tensor->channel_axis.value_or(0);
        json["symmetric"] = symmetric;
        return json;
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson overrides = ConfigJson::object();
        for (const PlannedModule& module : modules.quantized)
            overrides[module.module] = ConfigJson::array({override_of(module)});
        return json_text(overrides);
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> onnxruntime_target() {
    return std::make_unique<OnnxRuntime>();
}

}  // namespace halfstep
