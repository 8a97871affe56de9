// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace halfstep {

// The name of one part of a split GGUF model: "PREFIX-00002-of-00005.gguf".
struct GgufSplitName {
    std::string prefix;
    std::uint64_t number = 0;  // from 1
    std::uint64_t count = 0;
};

std::optional<GgufSplitName> parse_gguf_split_name(std::string_view file_name);
std::string print_gguf_split_name(const GgufSplitName& name);

}  // namespace halfstep
