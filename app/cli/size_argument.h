// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace halfstep::cli {

// A size in bytes: "3.9GB", "512 MiB", "1000". K, M, G and T with B are powers of 1000, with iB of 1024, in
// any case of letters. Anything else is a wrong usage.
std::uint64_t size_argument(const std::string& text);

}  // namespace halfstep::cli
