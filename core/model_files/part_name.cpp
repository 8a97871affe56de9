// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/part_name.h"

#include <fmt/format.h>

#include <charconv>

namespace halfstep {
namespace {

std::optional<std::uint64_t> five_digits(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != 5 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<PartName> parse_part_name(std::string_view file_name, std::string_view extension) {
    constexpr std::string_view pattern = "-00000-of-00000";
    if (!file_name.ends_with(extension)) return std::nullopt;
    file_name.remove_suffix(extension.size());
    if (file_name.size() < pattern.size()) return std::nullopt;
    const std::string_view tail = file_name.substr(file_name.size() - pattern.size());
    const auto number = five_digits(tail.substr(1, 5));
    const auto count = five_digits(tail.substr(10, 5));
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || !number || !count) return std::nullopt;
    file_name.remove_suffix(pattern.size());
    return PartName{std::string(file_name), *number, *count, std::string(extension)};
}

std::string print_part_name(const PartName& name) {
    return fmt::format("{}-{:05}-of-{:05}{}", name.prefix, name.number, name.count, name.extension);
}

bool is_keras_index_name(std::string_view file_name) {
    return file_name.ends_with(".weights.json");
}

bool is_keras_shard(std::string_view file_name) {
    constexpr std::string_view pattern = "_00000";
    constexpr std::string_view extension = ".weights.h5";
    if (!file_name.ends_with(extension)) return false;
    file_name.remove_suffix(extension.size());
    if (file_name.size() < pattern.size()) return false;
    const std::string_view tail = file_name.substr(file_name.size() - pattern.size());
    return tail[0] == '_' && five_digits(tail.substr(1)).has_value();
}

}  // namespace halfstep
