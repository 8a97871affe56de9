// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/runtimes/yaml_text.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

// Source: modelopt/recipe/loader.py, modelopt/torch/quantization/{config,conversion}.py and modelopt_recipes/
// of NVIDIA's Model Optimizer (a2fbac7, August 2026): a recipe of type ptq, whose quant_cfg is a list of
// globs over the names of quantizers, later ones before earlier ones. Its integers are symmetric.
namespace halfstep {
namespace {

// "e4m3" of fp8_e4m3 and of mxfp8_e4m3; integers are a number.
ConfigJson element_bits(const Scheme& scheme) {
    if (scheme.family == Family::integer || scheme.float_format == FloatFormat::mxint8) return scheme.bits;
    if (scheme.bits == 4) return "e2m1";
    const std::string format = format_name(scheme);
    return format.substr(format.find('_') + 1);
}

ConfigJson attributes(const Scheme& scheme) {
    ConfigJson attributes{{"num_bits", element_bits(scheme)}};
    if (scheme.group_size != 0) {
        ConfigJson blocks{{"-1", scheme.group_size}};
        if (scheme.family == Family::block_scaled) {
            blocks["type"] = "dynamic";
            blocks["scale_bits"] = scheme.float_format == FloatFormat::nvfp4 ? "e4m3" : "e8m0";
        }
        attributes["block_sizes"] = std::move(blocks);
    } else {
        attributes["axis"] = scheme.granularity == Granularity::tensor ? ConfigJson() : ConfigJson(0);
    }
    return attributes;
}

class ModelOpt : public TextConfigTarget {
  public:
    std::string_view name() const override { return "modelopt"; }
    std::string_view writes() const override {
        return "a recipe (YAML) with which NVIDIA's Model Optimizer quantizes the model's weights";
    }
    std::string_view file_ending() const override { return ".modelopt.yaml"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.by_tensor = integers.by_channel = true;
        integers.groups.multiples_of = 1;
        RuntimeFormats formats{"Model Optimizer", integer_formats({2, 3, 4, 5, 6, 7, 8}, integers)};
        RuntimeFormat fp8 = whole_format("fp8_e4m3");
        fp8.by_tensor = fp8.by_channel = true;
        fp8.groups.multiples_of = 1;
        formats.rows.push_back(fp8);
        for (const char* format :
             {"mxfp4", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp8_e4m3", "mxfp8_e5m2", "mxint8", "nvfp4"})
            formats.rows.push_back(whole_format(format));
        return formats;
    }
    QuantizedKinds kinds() const override { return {.runtime = "Model Optimizer", .convolutions = true}; }
    bool is_for_joining_runtimes() const override { return true; }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson entries = ConfigJson::array({{{"quantizer_name", "*"}, {"enable", false}}});
        for (const PlannedModule& module : modules.quantized)
            entries.push_back({{"quantizer_name", glob_of(module.module) + ".weight_quantizer"},
                               {"cfg", attributes(module.scheme)}});
        return yaml_text(
            {{"metadata", {{"recipe_type", "ptq"}, {"description", "A plan made with Halfstep."}}},
             {"quantize", {{"algorithm", "max"}, {"quant_cfg", std::move(entries)}}}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> modelopt_target() {
    return std::make_unique<ModelOpt>();
}

}  // namespace halfstep
