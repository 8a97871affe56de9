// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Sizes of groups that a runtime takes: those listed, or all multiples of a number.
struct GroupSizes {
    std::vector<std::uint32_t> listed = {};
    std::uint32_t multiples_of = 0;

    bool has(std::uint32_t size) const;
    bool none() const { return listed.empty() && multiples_of == 0; }
    std::uint32_t nearest(std::uint32_t size) const;
};

// One row of what a runtime can store: a number format with the symmetries and granularities that it has.
// What is kept, and what is stored in 16 or 32 bits, every runtime has.
struct RuntimeFormat {
    Scheme format;  // its number format; of the other members only the bits count
    bool symmetric = true;
    bool asymmetric = false;
    bool by_tensor = false;
    bool by_channel = false;
    GroupSizes groups = {};
    bool nested_scales = false;
};

// Rows of integers of these widths.
std::vector<RuntimeFormat> integer_formats(std::initializer_list<int> bits, const RuntimeFormat& like);
// The row of a block-scaled or other format without a choice, by its notation.
RuntimeFormat whole_format(std::string_view notation);

struct RuntimeFormats {
    std::string_view runtime;  // as people call it: "GPTQ"
    std::vector<RuntimeFormat> rows;
};

// Why the runtime cannot store a scheme, and the nearest that it can; empty where it can. Ranges do not
// count: a runtime that quantizes has its own.
std::string why_not_stored(const RuntimeFormats& formats, const Scheme& scheme);

}  // namespace halfstep
