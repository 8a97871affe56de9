// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/kernels/scale_trial.h"

namespace halfstep::kernels {

// The kernels of one instruction set. All sets give the same bits. `x` may have any alignment and length;
// non-finite elements are left out of every sum and are reconstructed as 0. `all_finite` promises that there
// are none.
//
// measure_* sums up the error of a segment. reconstruct_* writes x̂ and, as 0 or 1, whether the code was
// clipped, and returns how many were.
struct KernelTable {
    const char* name;

    void (*convert_f16)(const std::uint16_t* from, std::size_t n, float* to);
    void (*convert_bf16)(const std::uint16_t* from, std::size_t n, float* to);

    void (*find_range)(const float* x, std::size_t n, RangeSummary* range);
    // Whether all are finite is found out here.
    void (*summarize)(const Segment& segment, ValueSummary* summary);
    // The same and, at less than the price of both, the limits of consecutive groups of 16, 32, 64 or 128.
    void (*summarize_groups)(const Segment& segment, std::size_t group, ValueSummary* summary, float* low,
                             float* high);
    // Limits of the finite values of consecutive groups (0, 0 where a group has none).
    void (*find_group_ranges)(const float* x, std::size_t n, std::size_t group, bool all_finite, float* low,
                              float* high);
    // Units from limits; all arrays hold n elements rounded up to a multiple of 16, limits of 0 beyond n.
    UnitOutcome (*make_units)(const UnitRule& rule, const float* low, const float* high, std::size_t n,
                              const UnitArrays& units);

    // The codes k with which Σ(x − s·k)² gets smallest, as far as the plan looks, of 16 units whose values
    // lie side by side: x[16·i + unit] is value i, zero where a unit is shorter. Gives Σx·k and Σk² of each
    // unit, whose quotient is the best s. `unclipped` as the plan says, 0 for an all-zero unit.
    void (*find_codes)(const float* x, std::size_t rows, const float* unclipped, const ScaleScanPlan& plan,
                       double* product, double* square);

    void (*measure_uniform)(const Segment& segment, const UniformUnits& units, SegmentSums* sums);
    void (*measure_float)(const Segment& segment, const UniformUnits& units, const FloatGrid& grid,
                          SegmentSums* sums);
    // Up to 16 levels, the same for all units but for their scales.
    void (*measure_scaled_codebook)(const Segment& segment, const UniformUnits& units,
                                    const CodebookGrid& grid, SegmentSums* sums);
    void (*measure_log)(const Segment& segment, const LogGrid& grid, SegmentSums* sums);
    void (*measure_codebook)(const Segment& segment, const CodebookGrid& grid, SegmentSums* sums);
    void (*measure_bf16)(const Segment& segment, SegmentSums* sums);

    std::uint64_t (*reconstruct_uniform)(const float* x, std::size_t n, const UniformUnits& units,
                                         float* reconstruction, float* clipped);
    std::uint64_t (*reconstruct_float)(const float* x, std::size_t n, const UniformUnits& units,
                                       const FloatGrid& grid, float* reconstruction, float* clipped);
    std::uint64_t (*reconstruct_scaled_codebook)(const float* x, std::size_t n, const UniformUnits& units,
                                                 const CodebookGrid& grid, float* reconstruction,
                                                 float* clipped);
    std::uint64_t (*reconstruct_log)(const float* x, std::size_t n, const LogGrid& grid,
                                     float* reconstruction, float* clipped);
    std::uint64_t (*reconstruct_codebook)(const float* x, std::size_t n, const CodebookGrid& grid,
                                          float* reconstruction, float* clipped);
    std::uint64_t (*reconstruct_bf16)(const float* x, std::size_t n, float* reconstruction, float* clipped);

    // Sums over an x̂ made elsewhere: the same bits as the fused kernels give, but `clipped` is 0.
    void (*compare)(const Segment& segment, const float* reconstruction, SegmentSums* sums);
    // The same with every product and sum in double: for weights whose squares leave float's range, and where
    // a sum decides something.
    void (*compare_wide)(const float* x, const float* reconstruction, std::size_t n, WideSums* sums);

    // Sums of powers of x − centre over n finite values.
    void (*sum_powers)(const float* x, std::size_t n, double centre, PowerSums* sums);

    // What four scales come to on one unit of finite values.
    void (*try_scales)(const float* x, std::size_t n, const ScaleTrials& trials, ScaleTrialSums* sums);
};

}  // namespace halfstep::kernels
