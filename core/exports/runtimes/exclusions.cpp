// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/exclusions.h"

#include <fmt/format.h>

#include <algorithm>

namespace halfstep {

bool excludes_by_part(std::string_view entry, std::string_view module) {
    return module.find(entry) != std::string_view::npos;
}

bool excludes_by_start_or_end(std::string_view entry, std::string_view module) {
    if (module.ends_with(entry)) return true;
    return module.size() >= entry.size() &&
           std::ranges::equal(entry, module.substr(0, entry.size()),
                              [](char pattern, char c) { return pattern == '.' || pattern == c; });
}

std::string why_not_excluded_alone(const PlannedModules& modules, const ExclusionRule& rule,
                                   std::string_view runtime) {
    for (const PlannedModule& kept : modules.kept)
        for (const PlannedModule& quantized : modules.quantized)
            if (rule(kept.module, quantized.module))
                return fmt::format(
                    "{} leaves modules out by parts of their names, and would leave out '{}' "
                    "with '{}'. Give both a scheme, or keep both",
                    runtime, quantized.module, kept.module);
    return {};
}

}  // namespace halfstep
