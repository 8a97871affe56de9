// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

// Works that make more than one of the claims. Parts of them that could not be read are named without a
// number.
namespace halfstep {

inline constexpr std::string_view hasan_2024 =
    "Hasan 2024, Optimizing Large Language Models through Quantization: A Comparative Analysis of PTQ and "
    "QAT Techniques "
    "(arXiv 2411.06084)";
inline constexpr std::string_view reviews = "Textbooks and reviews: Elaraby 2025, Ashraf 2025, Arnous 2025";

}  // namespace halfstep
