// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/runtimes/config_target.h"

#include <string>

namespace halfstep {

// The same as YAML, a member a line; texts in double quotes. A key that is an integer ("-1") becomes one,
// which JSON cannot say. Throws Error where a name is no valid UTF-8.
std::string yaml_text(const ConfigJson& json);

}  // namespace halfstep
