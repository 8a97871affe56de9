// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/moment_table.h"

namespace halfstep {

// Σ(x − limit)² over the values beyond the limits: what clipping alone costs, with levels at both of them.
// The rest of a quantizer's Σ(x−x̂)² is rounding. As exact as the table is, but for the buckets that hold a
// limit, which are taken as a whole.
double clipped_error(const MomentTable& table, double low, double high);

}  // namespace halfstep
