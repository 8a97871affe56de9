// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/compressed_tensors_args.h"

#include "core/exports/name_patterns.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

std::string_view strategy_of(const Scheme& scheme) {
    if (scheme.float_format == FloatFormat::nvfp4 && scheme.family == Family::block_scaled)
        return "tensor_group";
    if (scheme.group_size != 0) return "group";
    return scheme.granularity == Granularity::tensor ? "tensor" : "channel";
}

ConfigJson weight_args(const Scheme& scheme) {
    ConfigJson args{{"num_bits", scheme.bits},
                    {"type", scheme.family == Family::integer ? "int" : "float"},
                    {"symmetric", is_symmetric(scheme)},
                    {"strategy", strategy_of(scheme)}};
    if (scheme.group_size != 0) args["group_size"] = scheme.group_size;
    args["dynamic"] = false;
    if (scheme.range == Range::mse) args["observer"] = "mse";
    if (scheme.family == Family::block_scaled)
        args["scale_dtype"] =
            scheme.float_format == FloatFormat::nvfp4 ? "torch.float8_e4m3fn" : "torch.uint8";
    return args;
}

ConfigJson targets_of(const std::vector<std::string>& names) {
    ConfigJson targets = ConfigJson::array();
    for (const NamePattern& pattern : name_patterns(names, Alternate::numbers_and_words))
        targets.push_back("re:" + regex_of(pattern, escaped_for_python));
    return targets;
}

}  // namespace

RuntimeFormats compressed_tensors_formats(std::string_view runtime) {
    RuntimeFormat integers;
    integers.asymmetric = true;
    integers.by_tensor = integers.by_channel = true;
    integers.groups.multiples_of = 1;
    RuntimeFormats formats{runtime, integer_formats({2, 3, 4, 5, 6, 7, 8}, integers)};
    RuntimeFormat fp8 = whole_format("fp8_e4m3");
    fp8.by_tensor = fp8.by_channel = true;
    formats.rows.push_back(fp8);
    for (const char* format : {"mxfp4", "mxfp8_e4m3", "nvfp4"})
        formats.rows.push_back(whole_format(format));
    return formats;
}

ConfigJson config_groups(const PlannedModules& modules) {
    ConfigJson groups = ConfigJson::object();
    for (const Scheme& scheme : modules.schemes())
        groups[fmt::format("group_{}", groups.size())] = {
            {"targets", targets_of(names_of(modules.quantized, scheme))}, {"weights", weight_args(scheme)}};
    return groups;
}

std::string_view compressed_format(const Scheme& scheme) {
    if (scheme.family == Family::integer) return "pack-quantized";
    if (scheme.family == Family::small_float) return "naive-quantized";  // float-quantized has inputs too
    if (scheme.float_format == FloatFormat::nvfp4) return "nvfp4-pack-quantized";
    return scheme.float_format == FloatFormat::mxfp4 ? "mxfp4-pack-quantized" : "mxfp8-quantized";
}

}  // namespace halfstep
