// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: torchao/core/config.py, quantization/quant_api.py and quantization/granularity.py of torchao
// (0.19.0, 36027d8): FqnToConfig, whose patterns match whole names, first match counts; classes and their
// versions as written here. Int4WeightOnlyConfig has zero points and groups of 32 to 256; other integers are
// IntxWeightOnlyConfig, which stores them in bytes.
namespace halfstep {
namespace {

ConfigJson object(std::string_view type, int version, ConfigJson data) {
    return {{"_type", type}, {"_version", version}, {"_data", std::move(data)}};
}

ConfigJson none() {
    return ConfigJson::object();
}

ConfigJson granularity_of(const Scheme& scheme) {
    if (scheme.granularity == Granularity::group)
        return object("PerGroup", 1, {{"group_size", scheme.group_size}});
    return scheme.granularity == Granularity::tensor ? object("PerTensor", 1, none())
                                                     : object("PerRow", 1, none());
}

bool is_fast_int4(const Scheme& scheme) {
    return scheme.bits == 4 && !is_symmetric(scheme) &&
           GroupSizes{.listed = {32, 64, 128, 256}}.has(scheme.group_size);
}

ConfigJson integer_config(const Scheme& scheme) {
    if (is_fast_int4(scheme)) return object("Int4WeightOnlyConfig", 2, {{"group_size", scheme.group_size}});
    if (scheme.bits == 8 && is_symmetric(scheme))
        return object("Int8WeightOnlyConfig", 2, {{"granularity", granularity_of(scheme)}});
    const ConfigJson by_row = object("PerAxis", 1, {{"axis", 0}});
    return object(
        "IntxWeightOnlyConfig", 2,
        {{"weight_dtype", {{"_type", "torch.dtype"}, {"_data", fmt::format("int{}", scheme.bits)}}},
         {"granularity", scheme.group_size != 0 ? granularity_of(scheme) : by_row},
         {"mapping_type",
          {{"_type", "MappingType"}, {"_data", is_symmetric(scheme) ? "SYMMETRIC" : "ASYMMETRIC"}}}});
}

ConfigJson config_of(const Scheme& scheme) {
    if (scheme.family == Family::integer) return integer_config(scheme);
    if (scheme.family == Family::block_scaled) return object("NVFP4WeightOnlyConfig", 1, none());
    return object("Float8WeightOnlyConfig", 2,
                  {{"weight_dtype", {{"_type", "torch.dtype"}, {"_data", "float8_e4m3fn"}}},
                   {"granularity", granularity_of(scheme)}});
}

class TorchAo : public TextConfigTarget {
  public:
    std::string_view name() const override { return "torchao"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (Transformers): torchao's FqnToConfig";
    }
    std::string_view file_ending() const override { return ".torchao.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.asymmetric = true;
        integers.by_channel = true;
        integers.groups.multiples_of = 1;
        RuntimeFormats formats{"torchao", integer_formats({2, 3, 4, 5, 6, 7, 8}, integers)};
        RuntimeFormat int8_by_tensor = whole_format("int8");
        int8_by_tensor.by_tensor = true;
        RuntimeFormat fp8 = whole_format("fp8_e4m3");
        fp8.by_tensor = fp8.by_channel = true;
        formats.rows.insert(formats.rows.end(), {int8_by_tensor, fp8, whole_format("nvfp4")});
        return formats;
    }
    QuantizedKinds kinds() const override { return {.runtime = "torchao"}; }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson by_name = ConfigJson::object();
        for (const Scheme& scheme : modules.schemes())
            for (const NamePattern& pattern :
                 name_patterns(names_of(modules.quantized, scheme), Alternate::numbers_and_words))
                by_name["re:" + regex_of(pattern, escaped_for_python)] = config_of(scheme);
        for (const NamePattern& pattern : name_patterns(names_of(modules.kept), Alternate::numbers_and_words))
            by_name["re:" + regex_of(pattern, escaped_for_python)] = nullptr;
        const bool head = std::ranges::any_of(modules.quantized, [](const PlannedModule& module) {
            return module.tensor->role == Role::output_head;
        });
        return as_quantization_config(
            {{"quant_method", "torchao"},
             {"quant_type", {{"default", object("FqnToConfig", 1, {{"fqn_to_config", std::move(by_name)}})}}},
             {"include_input_output_embeddings", head}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> torchao_target() {
    return std::make_unique<TorchAo>();
}

}  // namespace halfstep
