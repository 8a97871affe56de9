// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/moment_table.h"
#include "core/quantize/range.h"
#include "core/schemes/scheme.h"

#include <optional>
#include <vector>

namespace halfstep {

// What a scheme would do to a tensor if it had one scale (or codebook) for the whole tensor, whatever the
// scheme's own granularity: integer, log, kmeans, floating and block-scaled schemes, any range.
struct WhatIf {
    MomentTable::Answer answer;
    UnitGrid grid;              // integer and log: what codes are chosen with
    std::vector<float> levels;  // reconstruction levels, ascending (at most 65,536; none for fp32)
    float clip_low = 0;         // the limits of the representable range
    float clip_high = 0;
};

// None for families that are not scalar grids (ggml, keep). Ranges and codebooks that have to be searched for
// take some milliseconds (mse, kmeans); then the job can be stopped.
std::optional<WhatIf> what_if(const MomentTable& table, const Scheme& scheme, const JobContext& job = {});

// The same with the grid given instead of estimated: a dragged clip limit or zero-point (integer and log
// schemes).
WhatIf what_if_grid(const MomentTable& table, const Scheme& scheme, const UnitGrid& grid);

}  // namespace halfstep
