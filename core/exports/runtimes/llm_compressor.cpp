// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/compressed_tensors_args.h"
#include "core/exports/runtimes/yaml_text.h"
#include "core/exports/targets.h"

// Source: recipe/recipe.py and modifiers/quantization/quantization/mixin.py of llm-compressor (ab1ba3e,
// August 2026): the names of stages end in _stage, those of groups of modifiers in _modifiers.
// QuantizationModifier rounds to the nearest code, as Halfstep measures.
namespace halfstep {
namespace {

class LlmCompressor : public TextConfigTarget {
  public:
    std::string_view name() const override { return "llm-compressor"; }
    std::string_view writes() const override {
        return "a recipe (YAML) with which llm-compressor quantizes the model for vLLM";
    }
    std::string_view file_ending() const override { return ".recipe.yaml"; }

  private:
    RuntimeFormats formats() const override { return compressed_tensors_formats("llm-compressor"); }
    QuantizedKinds kinds() const override { return {.runtime = "llm-compressor"}; }
    bool is_for_joining_runtimes() const override { return true; }
    bool carries_range(const Scheme& scheme) const override {
        return scheme.range == Range::minmax || scheme.range == Range::mse;
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const ConfigJson modifier{{"config_groups", config_groups(modules)}};
        return yaml_text({{"quant_stage", {{"quant_modifiers", {{"QuantizationModifier", modifier}}}}}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> llm_compressor_target() {
    return std::make_unique<LlmCompressor>();
}

}  // namespace halfstep
