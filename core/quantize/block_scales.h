// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

namespace halfstep {

// Scales of the block-scaled formats, from the largest finite magnitude of a group. All of it float32, each
// operation rounded.

// OCP Microscaling Formats 1.0: 2^(floor(log2 abs_max) − e_max), where e_max is the exponent of the format's
// largest value, clamped to what E8M0 holds: 2^-127 (which all-zero groups get too) to 2^127.
float e8m0_scale(FloatFormat format, float abs_max);

// NVFP4 (as NVIDIA's ModelOpt has it): T = abs_max/(448·6) of the whole tensor. A group's scale is
// E4M3(clamp(abs_max/(6·T), 2^-9, 448)) · T, where an all-zero group takes 1 for the first factor. 0 where it
// has no float32 reciprocal.
float nvfp4_tensor_scale(float abs_max);
float nvfp4_scale(float abs_max, float tensor_scale);

}  // namespace halfstep
