// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plain_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace halfstep::cli {

std::string printable(std::string_view text) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
    if (std::ranges::all_of(text, is_plain)) return std::string(text);
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
