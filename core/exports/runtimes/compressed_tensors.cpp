// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/compressed_tensors_args.h"
#include "core/exports/targets.h"

// Source: quantization/quant_config.py, utils/match.py and compressors/format.py of compressed-tensors
// (ac8e2ba, August 2026). vLLM wants every matrix product either matched or ignored.
namespace halfstep {
namespace {

class CompressedTensors : public TextConfigTarget {
  public:
    std::string_view name() const override { return "compressed-tensors"; }
    std::string_view writes() const override {
        return "\"quantization_config\" to merge into config.json (compressed-tensors, vLLM): a group for "
               "each scheme";
    }
    std::string_view file_ending() const override { return ".compressed-tensors.json"; }

  private:
    RuntimeFormats formats() const override { return compressed_tensors_formats("compressed-tensors"); }
    QuantizedKinds kinds() const override { return {.runtime = "compressed-tensors"}; }
    bool is_for_joining_runtimes() const override { return true; }
    bool carries_range(const Scheme& scheme) const override {
        return scheme.range == Range::minmax || scheme.range == Range::mse;
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        const std::vector<Scheme> schemes = modules.schemes();
        ConfigJson groups = config_groups(modules);
        std::string_view format = compressed_format(schemes.front());
        std::size_t group = 0;
        for (auto& entry : groups) {
            const std::string_view own = compressed_format(schemes[group++]);
            if (own != compressed_format(schemes.front())) format = "mixed-precision";
            entry["format"] = own;
        }
        return as_quantization_config({{"quant_method", "compressed-tensors"},
                                       {"format", format},
                                       {"quantization_status", "compressed"},
                                       {"config_groups", std::move(groups)},
                                       {"ignore", names_of(modules.kept)}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> compressed_tensors_target() {
    return std::make_unique<CompressedTensors>();
}

}  // namespace halfstep
