// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/figure_text.h"

#include <fmt/format.h>

#include <array>

namespace halfstep {

std::string short_number(double value) {
    return fmt::format("{:.4g}", value);
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

}  // namespace halfstep
