// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace halfstep::cli {

// Text from a file, safe to show in a terminal: control characters come out as \xNN.
std::string printable(std::string_view text);

nlohmann::ordered_json json_number(std::optional<double> value);  // null for none

}  // namespace halfstep::cli
