// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"
#include "core/exports/runtimes/exclusions.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

// Source: awq/models/_config.py, awq/utils/module.py and awq/modules/linear/gemm.py of AutoAWQ (0.2.9): four
// bits with zero points, one setting for the whole model, modules left out where an entry is part of their
// name.
namespace halfstep {
namespace {

constexpr std::uint64_t codes_in_word = 8;

class Awq : public TextConfigTarget {
  public:
    std::string_view name() const override { return "awq"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (AutoAWQ, vLLM): one setting, and what is "
               "left out";
    }
    std::string why_not_together(const Scheme& first, const Scheme& second) const override {
        if (told(first) == told(second)) return {};
        return fmt::format(
            "AWQ has one setting for all modules, and the plan has {} and {}. Take one of them or keep, or "
            "the target gptq",
            to_string(first), to_string(second));
    }
    std::string_view file_ending() const override { return ".awq.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.symmetric = false;
        integers.asymmetric = true;
        integers.by_channel = true;
        integers.groups.listed = {32, 64, 128};
        return {"AWQ", integer_formats({4}, integers)};
    }
    QuantizedKinds kinds() const override {
        return {.runtime = "AWQ", .output_head = false, .outside_of_layers = false};
    }
    bool is_for_joining_runtimes() const override { return true; }

    std::string why_not_module(const PlannedModule& module) const override {
        const std::uint64_t outputs = module.shape.channels;
        if (outputs % codes_in_word != 0)
            return fmt::format(
                "AWQ packs the codes of {} outputs into a word, and {} are no multiple of that",
                codes_in_word, outputs);
        return ConfigTarget::why_not_module(module);
    }

    std::string why_not_as_a_whole(const PlannedModules& modules) const override {
        return why_not_excluded_alone(modules, excludes_by_part, "AWQ");
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const Scheme scheme = modules.schemes().front();
        return as_quantization_config({{"quant_method", "awq"},
                                       {"bits", scheme.bits},
                                       {"group_size", group_size_or_minus_one(scheme)},
                                       {"zero_point", true},
                                       {"version", "gemm"},
                                       {"modules_to_not_convert", names_of(modules.kept)}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> awq_target() {
    return std::make_unique<Awq>();
}

}  // namespace halfstep
