// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/gguf_split_name.h"

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

std::optional<GgufSplitName> parse_gguf_split_name(std::string_view file_name) {
    constexpr std::string_view pattern = "-00000-of-00000.gguf";
    if (file_name.size() < pattern.size()) return std::nullopt;
    const std::string_view tail = file_name.substr(file_name.size() - pattern.size());
    const auto number = five_digits(tail.substr(1, 5));
    const auto count = five_digits(tail.substr(10, 5));
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || tail.substr(15) != ".gguf" || !number || !count)
        return std::nullopt;
    return GgufSplitName{std::string(file_name.substr(0, file_name.size() - pattern.size())), *number,
                         *count};
}

std::string print_gguf_split_name(const GgufSplitName& name) {
    return fmt::format("{}-{:05}-of-{:05}.gguf", name.prefix, name.number, name.count);
}

}  // namespace halfstep
