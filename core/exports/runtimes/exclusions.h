// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/runtimes/planned_modules.h"

#include <functional>
#include <string>
#include <string_view>

namespace halfstep {

// How a runtime decides that an entry of its list of modules to leave out concerns a module.
using ExclusionRule = std::function<bool(std::string_view entry, std::string_view module)>;

// The entry stands somewhere in the name (AutoAWQ, vLLM, HQQ).
bool excludes_by_part(std::string_view entry, std::string_view module);

// The entry, read as a pattern, matches the name's beginning, or the name ends in it (Transformers,
// quantizers/quantizers_utils.py, should_convert_module, 0eb492c). Full stops in it match any character.
bool excludes_by_start_or_end(std::string_view entry, std::string_view module);

// Why a list of the kept modules would leave out modules that are to be quantized as well; empty where it
// would not.
std::string why_not_excluded_alone(const PlannedModules& modules, const ExclusionRule& rule,
                                   std::string_view runtime);

}  // namespace halfstep
