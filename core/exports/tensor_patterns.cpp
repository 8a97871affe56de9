// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/tensor_patterns.h"

#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
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

struct BlockName {
    std::string block;
    std::string rest;  // ".ffn_down.weight"
};

std::optional<BlockName> block_name(const std::string& name) {
    constexpr std::string_view prefix = "blk.";
    if (!name.starts_with(prefix)) return std::nullopt;
    const std::size_t end = name.find('.', prefix.size());
    if (end == std::string::npos || end == prefix.size()) return std::nullopt;
    const std::string block = name.substr(prefix.size(), end - prefix.size());
    if (!std::ranges::all_of(block, is_digit)) return std::nullopt;
    return BlockName{block, name.substr(end)};
}

struct Group {
    std::vector<std::string> blocks;  // none: `rest` is the whole name
    std::string rest;
    std::string type;
};

std::string pattern_of(const Group& group) {
    if (group.blocks.empty()) return fmt::format("^{}$", escaped(group.rest));
    const std::string blocks =
        group.blocks.size() == 1 ? group.blocks.front() : fmt::format("({})", fmt::join(group.blocks, "|"));
    return fmt::format("^blk\\.{}{}$", blocks, escaped(group.rest));
}

}  // namespace

std::vector<TensorPattern> tensor_patterns(std::span<const TensorChoice> choices) {
    refuse_look_alikes(choices);
    std::vector<Group> groups;  // in the order in which the first of each was met
    std::map<std::pair<std::string, std::string>, std::size_t> group_of;
    for (const TensorChoice& choice : choices) {
        refuse_line_breaks(choice.name);
        const auto block = block_name(choice.name);
        if (!block) {
            groups.push_back({{}, choice.name, choice.type});
            continue;
        }
        const auto [place, added] = group_of.try_emplace({block->rest, choice.type}, groups.size());
        if (added) groups.push_back({{}, block->rest, choice.type});
        groups[place->second].blocks.push_back(block->block);
    }
    std::vector<TensorPattern> patterns;
    patterns.reserve(groups.size());
    for (const Group& group : groups)
        patterns.push_back({pattern_of(group), group.type});
    return patterns;
}

}  // namespace halfstep
