// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: auto_round/compressors/layer_config/resolver.py and auto_round/schemes.py of AutoRound (0.15.0,
// b9f3d00): full names count before patterns. A head that is named at all is quantized, so a kept one is not;
// integers are left out where a side of the matrix is no multiple of 32.
namespace halfstep {
namespace {

constexpr std::uint64_t side = 32;

ConfigJson settings(const Scheme& scheme) {
    std::string_view type = "int";
    if (scheme.family == Family::block_scaled)
        type = scheme.float_format == FloatFormat::nvfp4 ? "nv_fp" : "mx_fp";
    return {{"bits", scheme.bits},
            {"group_size", scheme.group_size != 0 ? static_cast<std::int64_t>(scheme.group_size) : -1},
            {"sym", is_symmetric(scheme)},
            {"data_type", type},
            {"act_bits", 16}};
}

class AutoRound : public TextConfigTarget {
  public:
    std::string_view name() const override { return "auto-round"; }
    std::string_view writes() const override {
        return "the layer_config of AutoRound, which quantizes the model: a setting for each module";
    }
    std::string why_not_together(const Scheme& first, const Scheme& second) const override {
        if (first.family == second.family) return {};
        return fmt::format(
            "AutoRound packs either integers or block-scaled floats, and the plan has {} and {}. "
            "Take one kind",
            to_string(first), to_string(second));
    }
    std::string_view file_ending() const override { return ".layer-config.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.asymmetric = true;
        integers.by_channel = true;
        integers.groups.multiples_of = 1;
        RuntimeFormats formats{"AutoRound", integer_formats({2, 3, 4, 5, 6, 7, 8}, integers)};
        for (const char* format : {"mxfp4", "mxfp8_e4m3", "nvfp4"})
            formats.rows.push_back(whole_format(format));
        return formats;
    }
    QuantizedKinds kinds() const override { return {.runtime = "AutoRound"}; }
    bool is_for_joining_runtimes() const override { return true; }

    std::string why_not_module(const PlannedModule& module) const override {
        const MatrixShape shape = module.shape;
        if (module.scheme.family == Family::integer &&
            (shape.channels % side != 0 || shape.inputs % side != 0))
            return fmt::format(
                "AutoRound leaves a matrix as it is whose sides are no multiples of {}: {} and {}", side,
                shape.channels, shape.inputs);
        return ConfigTarget::why_not_module(module);
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson config = ConfigJson::object();
        for (const PlannedModule& module : modules.quantized)
            config[module.module] = settings(module.scheme);
        for (const PlannedModule& module : modules.kept)
            if (module.tensor->role != Role::output_head)
                config[module.module] = {{"bits", 16}, {"data_type", "float"}, {"act_bits", 16}};
        return json_text(config);
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> auto_round_target() {
    return std::make_unique<AutoRound>();
}

}  // namespace halfstep
