// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/module_names.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/runtimes/exclusions.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

// Source: HqqConfig in utils/quantization_config.py (000e223), integrations/hqq.py (15ea02a) and
// quantizers/quantizer_hqq.py (00c6e5f) of Transformers; hqq/core/quantize.py of HQQ (e0b1d00, October 2025).
// Modules are named by a tag, the last two parts of their path without numbers, and all layers share what is
// said for a tag; single modules can only be left out. HQQ's scales have zero points, which are not rounded.
namespace halfstep {
namespace {

bool is_number(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "self_attn.q_proj" of "model.layers.3.self_attn.q_proj"; empty where Transformers' two ways to find it
// differ.
std::string tag_of(std::string_view module) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = module; !rest.empty();) {
        const std::size_t dot = std::min(rest.find('.'), rest.size());
        parts.push_back(rest.substr(0, dot));
        rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    const std::size_t first = parts.size() > 2 ? parts.size() - 2 : 0;
    const std::vector<std::string_view> last(parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end());
    std::erase_if(
        parts, [](std::string_view part) { return part == "model" || part == "layers" || is_number(part); });
    return parts == last ? fmt::format("{}", fmt::join(last, ".")) : "";
}

ConfigJson settings(const Scheme& scheme) {
    const bool grouped = scheme.granularity == Granularity::group;
    return {{"weight_quant_params",
             {{"nbits", scheme.bits},
              {"channel_wise", true},
              {"group_size", grouped ? ConfigJson(scheme.group_size) : ConfigJson()},
              {"optimize", true},
              {"round_zero", scheme.bits == 4},
              {"axis", 1},
              {"view_as_float", false}}},
            {"scale_quant_params", nullptr},
            {"zero_quant_params", nullptr},
            {"offload_meta", false}};
}

std::string in_all_layers(const std::string& tag) {
    return fmt::format("'{}' in all layers", tag);
}

class Hqq : public TextConfigTarget {
  public:
    std::string_view name() const override { return "hqq"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (Transformers): a setting for each kind of "
               "module";
    }
    std::vector<SharedSetting> shared_settings(const Model& model) const override {
        std::map<std::string, SharedSetting> by_tag;
        const ModuleNames names(model);
        for (const TensorInfo& tensor : model.tensors()) {
            if (!tensor.quantizable) continue;
            std::set<std::string> tags;
            for (const std::string& module : names.of(tensor))
                tags.insert(tag_of(module));
            for (const std::string& tag : tags)
                if (!tag.empty()) by_tag[tag].tensors.push_back(tensor.name);
        }
        std::vector<SharedSetting> settings;
        for (auto& [tag, setting] : by_tag) {
            setting.what = in_all_layers(tag);
            settings.push_back(std::move(setting));
        }
        return settings;
    }
    std::string_view file_ending() const override { return ".hqq.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.symmetric = false;
        integers.asymmetric = true;
        integers.by_channel = true;
        integers.groups.multiples_of = 8;
        return {"HQQ", integer_formats({2, 3, 4, 5, 6, 8}, integers)};
    }
    QuantizedKinds kinds() const override { return {.runtime = "HQQ"}; }

    std::string why_not_module(const PlannedModule& module) const override {
        if (!tag_of(module.module).empty()) return ConfigTarget::why_not_module(module);
        return fmt::format("HQQ names modules by their last two parts, and those of '{}' do not tell",
                           module.module);
    }

    std::string why_not_as_a_whole(const PlannedModules& modules) const override {
        std::map<std::string, const PlannedModule*> first_of;
        for (const PlannedModule& module : modules.quantized) {
            const std::string tag = tag_of(module.module);
            const PlannedModule& first = *first_of.try_emplace(tag, &module).first->second;
            if (first.scheme != module.scheme)
                return fmt::format(
                    "HQQ has one setting for {}, and the plan has {} for '{}' and {} for '{}'. "
                    "Take one of them or keep",
                    in_all_layers(tag), to_string(first.scheme), first.module, to_string(module.scheme),
                    module.module);
        }
        return why_not_excluded_alone(modules, excludes_by_part, "HQQ");
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson by_tag = ConfigJson::object();
        for (const PlannedModule& module : modules.quantized)
            by_tag[tag_of(module.module)] = settings(module.scheme);
        return as_quantization_config({{"quant_method", "hqq"},
                                       {"quant_config", std::move(by_tag)},
                                       {"skip_modules", names_of(modules.kept)}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> hqq_target() {
    return std::make_unique<Hqq>();
}

}  // namespace halfstep
