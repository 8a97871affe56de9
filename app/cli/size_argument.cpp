// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/size_argument.h"

#include "app/cli/command.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace halfstep::cli {
namespace {

std::optional<double> unit_of(std::string_view text) {
    std::string unit;
    for (const char letter : text)
        if (letter != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    if (unit.empty() || unit == "b") return 1;
    const std::string_view rest = std::string_view(unit).substr(1);
    const double base = rest == "ib" ? 1024 : rest == "b" ? 1000 : 0;
    const std::size_t power = std::string_view("kmgt").find(unit.front());
    if (base == 0 || power == std::string_view::npos) return std::nullopt;
    return std::pow(base, static_cast<double>(power + 1));
}

}  // namespace

std::uint64_t size_argument(const std::string& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const auto unit =
        error == std::errc() ? unit_of({rest, static_cast<std::size_t>(end - rest)}) : std::nullopt;
    if (!unit || !(number >= 0) || number * *unit >= 9e18)
        throw UsageError(fmt::format("'{}' is no size such as 3900000000, 3.9GB or 512MiB", text));
    return static_cast<std::uint64_t>(std::floor(number * *unit));
}

}  // namespace halfstep::cli
