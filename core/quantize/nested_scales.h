// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace halfstep {

// Double quantization as bitsandbytes has it (functional.py, quantize_4bit and quantize_blockwise).

inline constexpr std::size_t nested_block_scales = 256;

// bitsandbytes' signed dynamic map: 256 values, ascending, from just below -1 to 1. For i = 0..6 the means of
// neighbours among 2^i + 1 evenly spaced numbers from 0.1 to 1, times ±10^(i−6); and 0 and 1. In float32, of
// exact values: what torch makes of the formula may differ in the last place.
std::span<const float> dynamic_map();

// Turns the scales of a tensor, in the order of its units, into what they are read back as: mean +
// m·map[code], where m is the largest magnitude among 256 consecutive scales less the mean, and code the
// nearest value of (scale − mean)/m, the lower one of two as near. The mean is summed in double; all else is
// float32, each operation rounded. A scale near 0 among large ones may come out negative.
void nest_scales(std::span<float> scales);

}  // namespace halfstep
