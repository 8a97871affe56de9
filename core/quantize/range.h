// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// A scale unit is what shares one scale: the tensor, a channel or a group.

// What the weights of one unit are quantized with. `scale` is the stored one (16-bit storage already
// applied); for a log format it is the largest level. An all-zero unit has scale 0.
struct UnitGrid {
    float scale = 0;
    std::int32_t zero_point = 0;

    friend bool operator==(const UnitGrid&, const UnitGrid&) = default;
};

// Whether 16-bit storage turned a non-zero scale into 0 or infinity: then the whole tensor has to be done
// again with 32-bit scales (see with_32_bit_scales) and an Issue says so.
struct EstimatedGrid {
    UnitGrid grid;
    bool scale_lost = false;
};

Scheme with_32_bit_scales(Scheme scheme);

// Integer and log schemes: scale and zero-point from the limits of the finite values to be represented, by
// the formulas of the notation's definition (float32, each operation rounded):
//   sym      s = max|x|/qmax              qmax = 2^(b-1)-1, codes ±qmax
//   symfull  s = max(max/qmax, -min/2^(b-1))   qmin = -2^(b-1)
//   asym     [min, max] widened to hold 0, s = (max-min)/(2^b-1), z = clamp(round(-min/s), 0, 2^b-1)
//   log      largest level = base^round(log_base(max|x|))
EstimatedGrid grid_from_limits(const Scheme& scheme, float low, float high);

// Buffers that estimate_grid reuses from unit to unit; one a thread.
struct RangeScratch {
    std::vector<float> sorted;
    std::vector<double> sums;
    std::vector<float> candidates;
};

// Scale and zero-point of one unit held in memory, by the scheme's range (minmax, pct, mse, kl, clip).
// Non-finite values are left out. mse: within 1 % of the smallest possible Σ(x−x̂)² at worst and 0.1 % on
// average.
EstimatedGrid estimate_grid(const Scheme& scheme, std::span<const float> unit, RangeScratch& scratch);

// The same for a unit that is too long to be held in memory, or for a whole tensor: elements [first, first +
// count), read in as many passes as the range needs. mse: the true optimum to 1e-6 of its error.
EstimatedGrid estimate_streamed_grid(const Scheme& scheme, const Model& model, const TensorInfo& tensor,
                                     std::uint64_t first, std::uint64_t count, const JobContext& job);

}  // namespace halfstep
