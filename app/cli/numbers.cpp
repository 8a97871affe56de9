// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/numbers.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace halfstep::cli {

std::string short_number(double value) {
    return fmt::format("{:.4g}", value);
}

std::string short_number(std::optional<double> value) {
    return value ? short_number(*value) : "-";
}

std::string decimals(std::optional<double> value, int places) {
    return value ? fmt::format("{:.{}f}", *value, places) : "-";
}

std::string percent(std::optional<double> share) {
    return share ? fmt::format("{:#.3g} %", *share * 100) : "-";
}

std::string size_text(std::uint64_t bytes) {
    static constexpr std::array units{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    // 999.95 would print as "1000.0".
    while (value >= 999.95 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string count_text(std::uint64_t count) {
    std::string text = fmt::format("{}", count);
    for (std::size_t from_end = 3; from_end < text.size(); from_end += 4)
        text.insert(text.size() - from_end, 1, ',');
    return text;
}

std::string shape_text(std::span<const std::int64_t> shape) {
    return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " x "));
}

std::string printable(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // The control characters U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
        const bool second_set =
            byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0U) == 0x80U;
        if (byte < 0x20 || byte == 0x7F || second_set)
            safe += fmt::format("\\x{:02x}", second_set ? static_cast<unsigned char>(text[++i]) : byte);
        else
            safe += text[i];
    }
    return safe;
}

nlohmann::ordered_json json_number(std::optional<double> value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace halfstep::cli
