// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace halfstep {

// The text as one word of a shell's command line, in single quotes.
std::string in_the_shell(std::string_view text);

}  // namespace halfstep
