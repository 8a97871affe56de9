// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measurement.h"

#include <span>

namespace halfstep {

// Of weights x, their reconstructions and their importance, all equally many; weights that are not finite are
// left out. Sums run in 16 fixed lanes of double, so that nothing but the data decides the result.
WeightedSums weighted_sums(std::span<const float> x, std::span<const float> reconstruction,
                           std::span<const float> importance);

}  // namespace halfstep
