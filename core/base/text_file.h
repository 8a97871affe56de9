// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace halfstep {

// The whole content of a regular file of at most `limit` bytes. Throws Error where it is missing, unreadable,
// not a regular file or larger; `advice` says what the user can do.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit, const std::string& advice);

}  // namespace halfstep
