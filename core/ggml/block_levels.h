// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halfstep {

// How many neighbouring weights of a block share a scale: the sub-blocks of K-quants and iq4_xs, else the
// whole block. 0 for types that are no formats of schemes.
std::size_t ggml_scale_elements(DType type);

// The values that a weight of a row's block can have where its block is this one, ascending: those of its
// sub-block's scale (and minimum). Only what a quantizer writes: q8_0 from -127 to 127, ternary types without
// a fourth value. Empty for types that are no formats of schemes.
std::vector<float> ggml_levels_at(DType type, std::span<const std::byte> block, std::size_t element);

}  // namespace halfstep
