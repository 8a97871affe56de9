// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/entropy_limit.h"
#include "core/quantize/float_scale_search.h"
#include "core/quantize/log_moments.h"
#include "core/quantize/percentile.h"
#include "core/quantize/scale_search.h"
#include "core/quantize/unit_search.h"
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

// The smallest and largest code of an integer scheme.
struct CodeLimits {
    std::int32_t qmin = 0;
    std::int32_t qmax = 0;
};

CodeLimits code_limits(const Scheme& scheme);

// An integer scheme's scale, or 0 where its reciprocal would be infinite.
float usable_scale(float scale);

// A scale as the scheme's storage holds it. (What nesting makes of it depends on all others:
// nested_scales.h.)
EstimatedGrid stored_grid(const Scheme& scheme, float scale);

// Scale and zero-point from the limits of the finite values to be represented, by
// the formulas of the notation's definition (float32, each operation rounded):
//   sym      s = max|x|/qmax              qmax = 2^(b-1)-1, codes ±qmax
//   symfull  s = max(max/qmax, -min/2^(b-1))   qmin = -2^(b-1)
//   asym     [min, max] widened to hold 0, s = (max-min)/(2^b-1), z = clamp(round(-min/s), 0, 2^b-1)
//   log      largest level = base^round(log_base(max|x|))
//   fp, nf4  s = max|x|/(largest value of the format)
//   mx, nvfp4  see block_scales.h; for nvfp4 the unit is the whole tensor, or the group its limits come from
EstimatedGrid grid_from_limits(const Scheme& scheme, float low, float high);

// Buffers that estimate_grid reuses from unit to unit; one a thread.
struct RangeScratch {
    std::vector<float> sorted;
    TailPercentiles percentiles;
    std::vector<float> finite;
    ScaleScan scan;
    UnitSearch search;
    FloatScaleSearch float_search;
    EntropyLimit entropy;
    LogMoments log;
};

// The rules of the ranges, which the plain reference and the fast estimators both follow. [min, max] are the
// limits of the unit's n finite values, M = max|x|, A a limit of |x|. What is not finite takes no part.
// Every range ends in grid_from_limits (mse: in its rounding to the storage).
//
// minmax: [min, max].
//
// clip: min and max, each clamped to [L, H]; clipX is L = -X, H = X.
//
// pct: A = the P-th percentile of |x|, min and max clamped to [-A, A]; asym: the (100-P)/2-th and
// (100-(100-P)/2)-th percentiles of x. Percentiles are numpy's (linear), in double: with p = (n-1)·(P/100),
// a = sorted[floor p], b = the next one, t = p - floor p: a + (b-a)·t for t < 0.5, else b - (b-a)·(1-t);
// rounded to float32. Where most values are 0, A and with it the scale may be 0.
//
// kl: ModelOpt's entropy calibration with nbins = 2^(b-1). h = 2,048 bins of |x| over [0, M]: bin =
// min(2047, trunc(|x|·2048/M)) in double; then h[0] = h[1]. For i = max(128, nbins)..2048: P = h[0..i) with
// all of h[i..] added to its last bin; Q: bin j < i is in group floor(j·nbins/i), the non-empty bins of h in
// a group each get their mean; both normalised; D(i) = ΣP·ln(P/Q), infinite where P > 0 = Q. The last i with
// D(i) <= min D + 1e-12 wins; A = float32(M·i/2048) (nbins >= 2048: A = M), min and max clamped to [-A, A].
//
// mse: int, fp: the smallest Σ(x−x̂)² over all scales (asym: and all zero-points; fp: up to twice the scale of
// minmax, beyond which nothing is gained), found before the scale is rounded to float32 or float16. log: over
// the exponents of the largest level, the larger of two equal ones.
//
// What float32 cannot hold: an integer scheme's scale whose reciprocal would be infinite is 0; where max−min
// overflows, s = max/(2^b-1) − min/(2^b-1). Where a scale is 0, every x̂ is 0 and no weight counts as clipped.
//
// gamma: γ = √(Σx²/Σx̂²) over the unit's finite weights in double, 1 where Σx̂² = 0; the stored scale becomes
// float32(γ·s), rounded to the storage again.

// How close to the smallest possible Σ(x−x̂)² an integer scheme's mse range has to come: within 1 % at worst
// and 0.1 % on average, which is quick, or to the smallest one there is but for what a search in fine steps
// may overlook.
enum class MseEffort { quick, thorough };

// Scale and zero-point of one unit held in memory, by the scheme's range (minmax, pct, mse, kl, clip).
// Non-finite values are left out.
EstimatedGrid estimate_grid(const Scheme& scheme, std::span<const float> unit, RangeScratch& scratch,
                            const JobContext& job = {}, MseEffort effort = MseEffort::quick);

// The same for a unit that is too long to be held in memory, or for a whole tensor: elements [first, first +
// count), read in as many passes as the range needs. mse: the true optimum to 1e-6 of its error; small floats
// where the source is wider than 16 bits and there are more than 2^22 of them: to 1e-4.
EstimatedGrid estimate_streamed_grid(const Scheme& scheme, const Model& model, const TensorInfo& tensor,
                                     std::uint64_t first, std::uint64_t count, const JobContext& job);

}  // namespace halfstep
