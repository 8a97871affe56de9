// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/shell_words.h"

namespace halfstep {

std::string in_the_shell(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + '\'';
}

}  // namespace halfstep
