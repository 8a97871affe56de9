// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <vector>

namespace halfstep {

// From fine to coarse: what a model is screened with to see which layers break at which bits.
std::vector<Scheme> screening_schemes();

// Ways to store one tensor at about 4 and 8 bits, for looking at side by side.
std::vector<Scheme> comparison_schemes();

}  // namespace halfstep
