// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

// How figures are written for people where nobody translates them: tables, reports. "-" stands for none.
namespace halfstep {

std::string short_number(double value);  // four significant digits: "0.01235", "-1.5e-07"
std::string decimals(std::optional<double> value, int places);
std::string percent(std::optional<double> share);             // "1.23 %"
std::string size_text(std::uint64_t bytes);                   // "512 B", "8.4 MB" (powers of 1000)
std::string count_text(std::uint64_t count);                  // "1,048,576"
std::string shape_text(std::span<const std::int64_t> shape);  // "64 x 172", "scalar"

}  // namespace halfstep
