// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

// The searches for a scale that K-quants, iq4 and the weighted quantizers are made of. Each tries some scales
// around the one that the largest weight suggests, and keeps the one whose best multiple has the least
// weighted squared error. `x`, `weights` and `codes` have the same number of elements, 32 at most.
namespace halfstep::ggml {

struct CentredScale {
    float scale = 0;  // may be negative
    std::uint64_t clipped = 0;
};

// Codes from 0 to 2·half - 1 for -half to half - 1 (ggml's make_qx_quants). With no `weights`, a weight
// counts its square. Where every weight is (nearly) 0, the scale and all codes are 0.
CentredScale search_centred_scale(std::span<const float> x, std::span<const float> weights, std::int32_t half,
                                  std::span<std::uint8_t> codes);

// The same codes; instead of trying scales, single codes are moved as long as that lessens the error
// (make_q3_quants).
float refine_centred_scale(std::span<const float> x, std::int32_t half, std::span<std::uint8_t> codes);

// Steps from (largest + first)/range by step/range.
struct SearchSteps {
    float first;
    float step;
    int last;
    bool absolute_error;  // instead of the squared one
};
inline constexpr SearchSteps search_with_importance = {-0.9F, 0.05F, 36, false};

struct ScaleAndMinimum {
    float scale = 0;
    float minimum = 0;  // what is taken off: x ≈ scale·code - minimum; never negative
    std::uint64_t clipped = 0;
};

// Codes from 0 to `largest` (make_qkx2_quants and make_qkx3_quants).
ScaleAndMinimum search_scale_and_minimum(std::span<const float> x, std::span<const float> weights,
                                         std::int32_t largest, const SearchSteps& steps,
                                         std::span<std::uint8_t> codes);

// Codes from 0 to `largest` for numbers that should not be negative: the scales and minima of sub-blocks
// (make_qp_quants). Negative numbers, should there be any, get codes below 0 of which the lower eight bits
// stay.
float search_positive_scale(std::span<const float> x, std::span<const float> weights, std::int32_t largest,
                            std::span<std::uint8_t> codes);

}  // namespace halfstep::ggml
