// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace halfstep {

bool is_utf8(std::string_view text);

// Text from a file made fit for a message: at most about a line long, one line, no control characters, valid
// UTF-8.
std::string quotable(std::string_view text);

}  // namespace halfstep
