// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/moment_table.h"
#include "core/quantize/range.h"
#include "core/quantize/range_mse.h"

#include <span>
#include <vector>

namespace halfstep {

// What a scheme's range makes of a whole table (integer and log schemes): what estimate_grid would say of its
// values where the table is exact, close to it otherwise.
EstimatedGrid estimate_table_grid(const Scheme& scheme, const MomentTable& table, const JobContext& job = {});

// The candidates for the smallest error, best first: exact where the table is.
BestCandidates search_table_scales(const Scheme& scheme, const MomentTable& table, const JobContext& job);

// The same for small floats.
BestCandidates search_table_float_scales(const Scheme& scheme, const MomentTable& table,
                                         const JobContext& job);

// Intervals of t = 1/scale, and the codes that go with them, outside of which the smallest error cannot be.
// For tables that are not exact: each bucket's values are taken as spread evenly, and the intervals are as
// wide as the chance in that asks for.
struct PromisingInterval {
    CodeWindow window;
    double from = 0;
    double to = 0;
    double best = 0;   // where the table puts the minimum
    double error = 0;  // there
};
std::vector<PromisingInterval> promising_intervals(const Scheme& scheme, const MomentTable& table,
                                                   std::span<const ScaleCandidate> candidates,
                                                   const JobContext& job);

}  // namespace halfstep
