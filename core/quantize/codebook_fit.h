// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quantize/range.h"

#include <span>
#include <vector>

namespace halfstep {

class MomentTable;

// The codebook of a unit: the optimal centres of its finite values, as they are stored. Empty where there is
// no finite value. For a table of approximate buckets, the optimum over them.
std::vector<float> fit_codebook(std::span<const float> unit, int bits, RangeScratch& scratch,
                                const JobContext& job);
std::vector<float> fit_codebook(const MomentTable& table, int bits, const JobContext& job);

}  // namespace halfstep
