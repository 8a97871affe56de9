// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/moment_table.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/streamed_values.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// Limits that pctP gives, from a moment table. The values themselves, where they are given, settle what a
// bucket of the table leaves open: one more pass counts the low 16 bits of the values in it. Without them the
// values of a bucket are taken as spread evenly over it.
Limits percentile_limits(const Scheme& scheme, const MomentTable& table,
                         const StreamedValues* values = nullptr);

}  // namespace halfstep
