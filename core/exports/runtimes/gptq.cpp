// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: gptqmodel/quantization/config.py of GPTQModel (f4c327a, August 2026): patterns of `dynamic` are
// matched at the start of a module's full name; "-:" leaves it out, "+:" changes what is said for all. vLLM
// (quantization/utils/gptq_utils.py, 02239f5) reads it in the same way, first match in file order.
namespace halfstep {
namespace {

class Gptq : public TextConfigTarget {
  public:
    std::string_view name() const override { return "gptq"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (GPTQModel, vLLM): one setting, and what "
               "differs";
    }
    std::string_view file_ending() const override { return ".gptq.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.asymmetric = true;
        integers.by_channel = true;
        integers.groups.listed = {16, 32, 64, 128, 256, 512, 1024};
        return {"GPTQ", integer_formats({2, 3, 4, 8}, integers)};
    }
    QuantizedKinds kinds() const override { return {.runtime = "GPTQ", .outside_of_layers = false}; }
    bool is_for_joining_runtimes() const override { return true; }

    static ConfigJson settings(const Scheme& scheme) {
        return {{"bits", scheme.bits},
                {"group_size", group_size_or_minus_one(scheme)},
                {"sym", is_symmetric(scheme)}};
    }

    static ConfigJson rules(const PlannedModules& modules, const std::vector<Scheme>& schemes) {
        ConfigJson rules = ConfigJson::object();
        const auto add = [&](std::string_view sign, const std::vector<std::string>& names,
                             const ConfigJson& what) {
            for (const NamePattern& pattern : name_patterns(names, Alternate::numbers_and_words))
                rules[fmt::format("{}:{}", sign, regex_of(pattern, escaped_for_python))] = what;
        };
        add("-", names_of(modules.kept), ConfigJson::object());
        for (std::size_t other = 1; other < schemes.size(); ++other)
            add("+", names_of(modules.quantized, schemes[other]), settings(schemes[other]));
        return rules;
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const std::vector<Scheme> schemes = modules.schemes();
        ConfigJson config{{"quant_method", "gptq"}};
        config.update(settings(schemes.front()));
        config["desc_act"] = false;
        config["checkpoint_format"] = "gptq";
        config["lm_head"] = std::ranges::any_of(modules.quantized, [](const PlannedModule& module) {
            return module.tensor->role == Role::output_head;
        });
        config["dynamic"] = rules(modules, schemes);
        return as_quantization_config(std::move(config));
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> gptq_target() {
    return std::make_unique<Gptq>();
}

}  // namespace halfstep
