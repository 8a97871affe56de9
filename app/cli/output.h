// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace halfstep::cli {

// Thrown where whoever read our standard output has gone (halfstep-cli ... | head): nothing is wrong.
struct ReaderGone {};

// Standard output, with every error noticed: a full disk must not look like success.
class Output {
  public:
    void text(std::string_view text);
    // One document and a newline. Names that are not UTF-8 get replacement characters.
    void json(const nlohmann::ordered_json& document);
    // The same for an object with a list that may be long: its `count` entries are made and written one by
    // one, behind the members of `before` and before those of `after`, of which each has one or more.
    void json(const nlohmann::ordered_json& before, std::string_view list, std::size_t count,
              const std::function<nlohmann::ordered_json(std::size_t)>& entry,
              const nlohmann::ordered_json& after);
    // Throws Error where what was written did not reach its place.
    void finish();
};

// One line on standard error, as "halfstep-cli: MESSAGE".
void print_message(std::string_view message);

// Makes sure that descriptors 0 to 2 are taken, so that no file of ours can end up as standard output.
void reserve_standard_descriptors();

}  // namespace halfstep::cli
