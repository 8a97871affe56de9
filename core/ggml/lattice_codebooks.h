// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// The codebooks of the iq1, iq2 and iq3 block types: points of a small lattice, 8 or 4 weights each, by
// number (ggml's iq1s_grid, iq2xxs_grid, ... in ggml-common.h; the same points in the same order). Elements
// of iq1 are -1, 0 and 1, all others are magnitudes. Made at the first call.
namespace halfstep::ggml {

template <std::size_t points, std::size_t dimensions>
using Codebook = std::array<std::array<std::int8_t, dimensions>, points>;

using CodebookIq1 = Codebook<2048, 8>;
using CodebookIq2_xxs = Codebook<256, 8>;
using CodebookIq2_xs = Codebook<512, 8>;
using CodebookIq2_s = Codebook<1024, 8>;
using CodebookIq3_xxs = Codebook<256, 4>;
using CodebookIq3_s = Codebook<512, 4>;

const CodebookIq1& iq1_codebook();
const CodebookIq2_xxs& iq2_xxs_codebook();
const CodebookIq2_xs& iq2_xs_codebook();
const CodebookIq2_s& iq2_s_codebook();
const CodebookIq3_xxs& iq3_xxs_codebook();
const CodebookIq3_s& iq3_s_codebook();

}  // namespace halfstep::ggml
