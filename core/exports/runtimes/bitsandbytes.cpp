// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"
#include "core/exports/runtimes/exclusions.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: BitsAndBytesConfig in utils/quantization_config.py of Transformers (000e223) and functional.py of
// bitsandbytes (95f9af3): NF4 in blocks of 64 weights of the flattened matrix, their scales in float32 or
// nested; or LLM.int8, whose weights have a symmetric scale a row. One of them for the whole model. Its FP4
// has other levels than the E2M1 of the notation.
namespace halfstep {
namespace {

constexpr std::uint32_t block = 64;

std::string_view compute_dtype(DType stored) {
    if (stored == DType::bf16) return "bfloat16";
    return stored == DType::f16 ? "float16" : "float32";
}

class BitsAndBytes : public TextConfigTarget {
  public:
    std::string_view name() const override { return "bitsandbytes"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (Transformers): NF4 or int8, and what is "
               "left out";
    }
    std::string why_not_together(const Scheme& first, const Scheme& second) const override {
        if (told(first) == told(second)) return {};
        return fmt::format(
            "bitsandbytes has one setting for all modules, and the plan has {} and {}. Take one of them or "
            "keep",
            to_string(first), to_string(second));
    }
    std::string_view file_ending() const override { return ".bitsandbytes.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat nf4 = whole_format("nf4");
        nf4.groups.listed = {block};
        nf4.nested_scales = true;
        RuntimeFormat int8 = whole_format("int8");
        int8.by_channel = true;
        return {"bitsandbytes", {nf4, int8}};
    }
    QuantizedKinds kinds() const override { return {.runtime = "bitsandbytes"}; }

    std::string why_not_module(const PlannedModule&) const override { return {}; }

    Scheme told(const Scheme& scheme) const override {
        Scheme parts = ConfigTarget::told(scheme);
        if (scheme.scale_storage == ScaleStorage::dq) parts.scale_storage = ScaleStorage::dq;
        return parts;
    }

    std::string why_not_as_a_whole(const PlannedModules& modules) const override {
        return why_not_excluded_alone(modules, excludes_by_start_or_end, "Transformers");
    }

    std::vector<Issue> further_issues(const Model&, const PlannedModules& modules) const override {
        const auto found = std::ranges::find_if(modules.quantized, [](const PlannedModule& module) {
            return module.scheme.group_size != 0 && module.shape.inputs % block != 0;
        });
        if (found == modules.quantized.end()) return {};
        return {
            {Severity::note, found->tensor->name,
             fmt::format("its rows are no whole number of blocks of {}, and bitsandbytes' blocks go on in "
                         "the next row, where Halfstep's end: the errors shown are close, not the same",
                         block)}};
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const Scheme scheme = modules.schemes().front();
        const bool four_bits = scheme.family == Family::small_float;
        ConfigJson config{
            {"quant_method", "bitsandbytes"}, {"load_in_4bit", four_bits}, {"load_in_8bit", !four_bits}};
        if (four_bits) {
            config["bnb_4bit_quant_type"] = "nf4";
            config["bnb_4bit_use_double_quant"] = scheme.scale_storage == ScaleStorage::dq;
            config["bnb_4bit_compute_dtype"] = compute_dtype(modules.quantized.front().tensor->dtype);
            config["bnb_4bit_quant_storage"] = "uint8";
        }
        config["llm_int8_skip_modules"] = names_of(modules.kept);
        return as_quantization_config(std::move(config));
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> bitsandbytes_target() {
    return std::make_unique<BitsAndBytes>();
}

}  // namespace halfstep
