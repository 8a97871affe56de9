// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: mlx_lm/utils.py of mlx-lm (0.32.0, d78bf58): what is said for all, then a member for each module
// that differs, by its full path; false leaves it as it is. Affine groups have a scale and a bias.
namespace halfstep {
namespace {

std::string_view mode_of(const Scheme& scheme) {
    if (scheme.family == Family::integer) return "affine";
    if (scheme.float_format == FloatFormat::mxfp4) return "mxfp4";
    return scheme.float_format == FloatFormat::nvfp4 ? "nvfp4" : "mxfp8";
}

ConfigJson settings(const Scheme& scheme) {
    return {{"group_size", scheme.group_size}, {"bits", scheme.bits}, {"mode", mode_of(scheme)}};
}

class Mlx : public TextConfigTarget {
  public:
    std::string_view name() const override { return "mlx"; }
    std::string_view writes() const override {
        return "\"quantization\" to merge into config.json (mlx-lm): one setting, and what differs";
    }
    std::string_view file_ending() const override { return ".mlx.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat affine;
        affine.symmetric = false;
        affine.asymmetric = true;
        affine.groups.listed = {32, 64, 128};
        RuntimeFormats formats{"MLX", integer_formats({2, 3, 4, 5, 6, 8}, affine)};
        for (const char* format : {"mxfp4", "nvfp4", "mxfp8_e4m3"})
            formats.rows.push_back(whole_format(format));
        return formats;
    }
    QuantizedKinds kinds() const override { return {.runtime = "MLX", .embeddings = true}; }

    std::string why_not_module(const PlannedModule& module) const override {
        if (module.module.find(".experts.") == std::string::npos) return ConfigTarget::why_not_module(module);
        return fmt::format(
            "mlx-lm stacks the experts of a layer under another name, and '{}' cannot be named",
            module.module);
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const Scheme most = modules.schemes().front();
        ConfigJson config = settings(most);
        for (const PlannedModule& module : modules.quantized)
            if (module.scheme != most) config[module.module] = settings(module.scheme);
        for (const PlannedModule& module : modules.kept)
            config[module.module] = false;
        return json_text({{"quantization", config}, {"quantization_config", config}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> mlx_target() {
    return std::make_unique<Mlx>();
}

}  // namespace halfstep
