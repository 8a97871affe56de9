// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <vector>

namespace halfstep {

// The values that one scale of an integer, log, small float or block-scaled scheme can represent, ascending
// and without repetition: scale·(q − zero_point) for every code; 0 and ±scale·2^(-i) (sqrt2: 2^(-i/2));
// scale·value. Each is what a weight's reconstruction x̂ is, to the bit. {0} where the scale is 0; empty for
// the other families.
std::vector<float> grid_levels(const Scheme& scheme, float scale, int zero_point);

}  // namespace halfstep
