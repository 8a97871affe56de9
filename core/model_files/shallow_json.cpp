// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/shallow_json.h"

namespace halfstep {
namespace {

bool is_deeper(std::string_view text, int deepest) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[')) {
            if (++depth > deepest) return true;
        } else if (!quoted && (c == '}' || c == ']'))
            --depth;
    }
    return false;
}

}  // namespace

// The library's own filter by depth looks through all elements of an array whenever one of them ends.
nlohmann::json parse_shallow_json(std::string_view text, int deepest) {
    if (is_deeper(text, deepest)) return nlohmann::json::value_t::discarded;
    return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace halfstep
