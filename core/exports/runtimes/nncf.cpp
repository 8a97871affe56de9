// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <algorithm>

// Source: src/nncf/{parameters,scopes}.py, quantization/quantize_model.py and
// quantization/algorithms/weight_compression/algorithm.py of NNCF (ef8e1db, May 2026). compress_weights() has
// one mode for all that it does not ignore, and leaves weights alone that are compressed already: so there is
// a call for each scheme, which ignores the modules of all others. Patterns are matched at the start of the
// names of graph nodes, which hold the path of the module, its parts separated by points or strokes.
namespace halfstep {
namespace {

std::string mode_of(const Scheme& scheme) {
    if (scheme.family == Family::integer)
        return fmt::format("int{}_{}", scheme.bits, is_symmetric(scheme) ? "sym" : "asym");
    return scheme.float_format == FloatFormat::fp4_e2m1 ? "fp4" : format_name(scheme);
}

std::string with_any_separator(std::string_view text) {
    std::string pattern;
    for (const char c : text)
        pattern += c == '.' ? "[./]" : escaped_for_python(std::string_view(&c, 1));
    return pattern;
}

class Nncf : public TextConfigTarget {
  public:
    std::string_view name() const override { return "nncf"; }
    std::string_view writes() const override {
        return "arguments for the calls of nncf.compress_weights() that quantize a model for OpenVINO";
    }
    std::string_view file_ending() const override { return ".nncf.json"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat int4;
        int4.asymmetric = true;
        int4.by_channel = true;
        int4.groups.multiples_of = 1;
        RuntimeFormat int8 = int4;
        int8.groups = {};
        RuntimeFormats formats{"NNCF", integer_formats({4}, int4)};
        formats.rows.push_back(integer_formats({8}, int8).front());
        for (const char* format : {"nf4", "fp8_e4m3", "fp4_e2m1"}) {
            RuntimeFormat row = whole_format(format);
            row.by_channel = true;
            row.groups.multiples_of = 1;
            formats.rows.push_back(row);
        }
        for (const char* format : {"mxfp4", "mxfp8_e4m3", "nvfp4"})
            formats.rows.push_back(whole_format(format));
        return formats;
    }
    QuantizedKinds kinds() const override {
        return {.runtime = "NNCF", .embeddings = true, .convolutions = true, .recurrent = true};
    }

    std::string why_not_module(const PlannedModule& module) const override {
        const bool is_int8 = module.scheme.family == Family::integer && module.scheme.bits == 8;
        if (!is_int8 && (module.tensor->role == Role::convolution || module.tensor->role == Role::recurrent))
            return "NNCF compresses convolutions and recurrent layers to 8 bits only: take int8";
        return ConfigTarget::why_not_module(module);
    }

    static ConfigJson call(const PlannedModules& modules, const Scheme& scheme) {
        std::vector<std::string> ignored;
        for (const PlannedModule& module : modules.quantized)
            if (module.scheme != scheme) ignored.push_back(module.module);
        std::ranges::copy(names_of(modules.kept), std::back_inserter(ignored));
        ConfigJson patterns = ConfigJson::array();
        for (const NamePattern& pattern : name_patterns(ignored, Alternate::numbers_and_words))
            patterns.push_back(
                fmt::format("^(.*[./])?{}([./].*)?$", regex_body_of(pattern, with_any_separator)));
        ConfigJson call{{"mode", mode_of(scheme)}};
        if (scheme.family != Family::integer || scheme.bits != 8) {
            call["ratio"] = 1.0;
            call["group_size"] = scheme.group_size != 0 ? static_cast<std::int64_t>(scheme.group_size) : -1;
            call["all_layers"] = true;
        }
        call["ignored_scope"] = {{"patterns", std::move(patterns)}, {"validate", false}};
        return call;
    }

    std::string config_text(const ExportRequest&, const PlannedModules& modules) const override {
        ConfigJson calls = ConfigJson::array();
        for (const Scheme& scheme : modules.schemes())
            calls.push_back(call(modules, scheme));
        return json_text({{"compress_weights", std::move(calls)}});
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> nncf_target() {
    return std::make_unique<Nncf>();
}

}  // namespace halfstep
