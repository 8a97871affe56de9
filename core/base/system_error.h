// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <filesystem>
#include <string_view>

namespace halfstep {

// The Error for a failed system call on `file`: "FILE: cannot be written: no permission. ADVICE". `what` says
// what could not be done ("cannot be written"), `number` is errno. Words that users understand for what they
// meet (permissions, a full disk, a missing folder), the system's own text for the rest.
Error system_error(std::string_view what, const std::filesystem::path& file, int number);

}  // namespace halfstep
