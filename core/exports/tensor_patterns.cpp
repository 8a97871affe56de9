// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/tensor_patterns.h"

#include "core/base/error.h"
#include "core/exports/name_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace halfstep {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What can stand in a pattern and means itself there.
bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-' || c == '/' || c == ':' || c == ',';
}

// llama-quantize lower-cases patterns, ends them at the first '=' and at white space, and reads bytes.
bool needs_wildcard(char c) {
    return !is_plain(c) && std::string_view(".*+?()[]{}|^$\\").find(c) == std::string_view::npos;
}

std::string escaped(std::string_view text) {
    std::string pattern;
    for (const char c : text) {
        if (needs_wildcard(c)) {
            pattern += '.';
        } else {
            if (!is_plain(c)) pattern += '\\';
            pattern += c;
        }
    }
    return pattern;
}

// What '.' does not match in ECMAScript: the line terminators.
void refuse_line_breaks(const std::string& name) {
    if (name.find_first_of("\n\r") != std::string::npos)
        throw Error("a name with a line break cannot be written to a pattern", {{}, name, {}},
                    "Rename the tensor");
}

// Names that look alike once their unusual characters are wildcards.
void refuse_look_alikes(std::span<const TensorChoice> choices) {
    std::unordered_map<std::string, const TensorChoice*> seen;
    for (const TensorChoice& choice : choices) {
        std::string shape = choice.name;
        std::ranges::replace_if(shape, needs_wildcard, '=');
        const auto [place, added] = seen.try_emplace(std::move(shape), &choice);
        if (!added)
            throw Error(fmt::format("a pattern cannot tell it from '{}'", place->second->name),
                        {{}, choice.name, {}}, "Rename one of them");
    }
}

}  // namespace

std::vector<TensorPattern> tensor_patterns(std::span<const TensorChoice> choices) {
    refuse_look_alikes(choices);
    std::vector<std::string> types;  // in the order in which the first of each was met
    std::map<std::string, std::vector<std::string>> names_of;
    for (const TensorChoice& choice : choices) {
        refuse_line_breaks(choice.name);
        std::vector<std::string>& names = names_of[choice.type];
        if (names.empty()) types.push_back(choice.type);
        names.push_back(choice.name);
    }
    std::vector<TensorPattern> patterns;
    for (const std::string& type : types)
        for (const NamePattern& pattern : name_patterns(names_of[type], Alternate::numbers))
            patterns.push_back({regex_of(pattern, escaped), type});
    return patterns;
}

}  // namespace halfstep
