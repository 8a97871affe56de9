// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace halfstep {

// Parses JSON of an untrusted file in time and memory that grow with its length alone. A discarded value
// where the text is not valid, or nests deeper than so many objects and arrays.
nlohmann::json parse_shallow_json(std::string_view text, int deepest);

}  // namespace halfstep
