// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/name_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

namespace halfstep {
namespace {

using Parts = std::vector<std::vector<std::string>>;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_separator(char c) {
    return c == '.' || c == '/';
}

// "model.layers.12.mlp" -> "model.layers.", "12", ".mlp": words and numbers by turns, beginning with words.
Parts split(const std::string& name) {
    std::vector<std::string> pieces{""};
    bool in_words = true;
    for (std::size_t at = 0; at < name.size();) {
        std::size_t end = at;
        while (end < name.size() && is_digit(name[end]))
            ++end;
        const bool number = end > at && (at == 0 || is_separator(name[at - 1])) &&
                            (end == name.size() || is_separator(name[end]));
        if (number != !in_words) {
            pieces.emplace_back();
            in_words = !in_words;
        }
        if (number) {
            pieces.back() = name.substr(at, end - at);
            at = end;
        } else {
            pieces.back() += name[at++];
        }
    }
    Parts parts;
    for (std::string& piece : pieces)
        parts.push_back({std::move(piece)});
    return parts;
}

// Patterns that are equal but for one part become one. Two different combinations of alternatives stay two:
// so what every pattern stands for stays apart from what the others stand for.
void merge_at(std::vector<Parts>& patterns, std::size_t place) {
    std::map<Parts, std::size_t> seen;
    std::vector<Parts> merged;
    for (Parts& pattern : patterns) {
        if (place >= pattern.size()) {
            merged.push_back(std::move(pattern));
            continue;
        }
        Parts others = pattern;
        others[place].clear();
        const auto [found, added] = seen.try_emplace(std::move(others), merged.size());
        if (added)
            merged.push_back(std::move(pattern));
        else
            std::ranges::move(pattern[place], std::back_inserter(merged[found->second][place]));
    }
    patterns = std::move(merged);
}

// What all alternatives begin with, up to and with a separator.
std::size_t common_start(const std::vector<std::string>& alternatives) {
    std::size_t common = alternatives.front().size();
    for (const std::string& alternative : alternatives) {
        const auto [here, there] = std::ranges::mismatch(alternatives.front(), alternative);
        common = std::min(common, static_cast<std::size_t>(here - alternatives.front().begin()));
    }
    while (common > 0 && !is_separator(alternatives.front()[common - 1]))
        --common;
    return common;
}

}  // namespace

std::vector<NamePattern> name_patterns(std::span<const std::string> names, Alternate alternate) {
    std::vector<Parts> patterns;
    std::size_t longest = 0;
    for (const std::string& name : names) {
        patterns.push_back(split(name));
        longest = std::max(longest, patterns.back().size());
    }
    for (std::size_t place = 1; place < longest; place += 2)
        merge_at(patterns, place);
    if (alternate == Alternate::numbers_and_words)
        for (std::size_t place = 0; place < longest; place += 2)
            merge_at(patterns, place);
    std::vector<NamePattern> result;
    for (Parts& pattern : patterns)
        result.push_back({std::move(pattern)});
    return result;
}

std::string regex_body_of(const NamePattern& pattern,
                          const std::function<std::string(std::string_view)>& escape) {
    std::string text;
    for (const std::vector<std::string>& alternatives : pattern.parts) {
        if (alternatives.size() == 1) {
            text += escape(alternatives.front());
            continue;
        }
        const std::size_t start = common_start(alternatives);
        text += escape(std::string_view(alternatives.front()).substr(0, start));
        std::string choices;
        for (const std::string& alternative : alternatives) {
            if (!choices.empty()) choices += '|';
            choices += escape(std::string_view(alternative).substr(start));
        }
        text += fmt::format("({})", choices);
    }
    return text;
}

std::string regex_of(const NamePattern& pattern, const std::function<std::string(std::string_view)>& escape) {
    return fmt::format("^{}$", regex_body_of(pattern, escape));
}

std::string escaped_for_python(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (std::string_view(".*+?()[]{}|^$\\").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string glob_of(std::string_view name) {
    std::string glob;
    for (const char c : name)
        glob += c == '*' || c == '?' || c == '[' ? fmt::format("[{}]", c) : std::string(1, c);
    return glob;
}

}  // namespace halfstep
