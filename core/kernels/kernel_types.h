// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// What the kernels take and give. Plain structures only: this header is included by files that are compiled
// for one instruction set, and an inline function here could leak that set's instructions into the whole
// program.
namespace halfstep::kernels {

// Threads take blocks of the flattened tensor, of this many elements, from a queue.
inline constexpr std::size_t block_elements = 65'536;

// A segment is what one call sums up: of a tensor that has one scale a run of 4,096 elements, which in
// float32 stay in the first-level cache; else a row (a channel), in runs of 4,096 where it is longer.
// Segments are combined in index order, in double.
inline constexpr std::size_t segment_elements = 4096;

// Element i of a segment goes to lane i mod 16 whatever the vector width. A lane sums in float over 8 of its
// elements (128 of the segment), then in double. At the end the upper half of the lanes is added to the lower
// one, until one is left. So sums have the same bits for every instruction set.
inline constexpr std::size_t lanes = 16;

struct Segment {
    const float* x;
    std::size_t n;
    bool all_finite;  // a promise that no element is infinite or NaN
    // What will be wanted after this segment: to be fetched into the cache while it is computed, `step` bytes
    // for every 16 elements.
    const void* ahead;
    std::size_t ahead_step;
};

// What quantizing did to the finite x of a segment; see ErrorSums.
struct SegmentSums {
    double error_squared;
    double product;
    double max_abs_error;
    std::uint64_t clipped;
};

// The same with what does not depend on a grid, all in double.
struct WideSums {
    double error_squared;
    double value_squared;
    double product;
    double quantized_squared;
    double max_abs_error;
};

// What every scheme needs to know of a segment: taken once, however many schemes are measured.
struct ValueSummary {
    float min;  // over the finite values; 0 where there are none
    float max;
    std::uint64_t finite;  // how many there are
    double value_squared;  // Σx² over them
};

struct RangeSummary {
    float min;  // over the finite values; 0 where there are none
    float max;
    std::uint64_t finite;  // how many there are of each
    std::uint64_t nans;
    std::uint64_t infs;
    std::uint64_t zeros;             // of both signs
    std::uint64_t first_non_finite;  // index, or the length where all are finite
};

// Scale units: x̂ = scale · nearest(clamp(x · reciprocal, low, high)), where nearest is the next value of the
// grid: round_half_even for integers, a small float, or a level of a codebook. `reciprocal` is 1/s (0 where s
// = 0), `scale` is s, but for gamma, and `low` and `high` are the last float32 numbers whose nearest is the
// grid's outermost value (integers: less the zero-point): so that what is beyond them is what is clipped. One
// array each, an element a unit.
struct UniformUnits {
    const float* reciprocal;
    const float* scale;
    const float* low;
    const float* high;
    const float* clipping;          // 0 where no element of the unit is beyond them
    std::size_t elements_per_unit;  // the last unit may be shorter
    std::size_t first_offset;       // elements of the first unit that lie before the segment
    bool clips;                     // false is a promise that no element of any unit is
};

// A floating-point grid with subnormals, to be scaled; its largest value is in the units' limits.
struct FloatGrid {
    float smallest_normal;  // a power of two
    float to_rounder;       // 1.5 · 2^(23 − mantissa bits)
};

// How the limits of a unit's weights become its scale and zero-point (see grid_from_limits).
struct UnitRule {
    enum Symmetry : std::uint8_t { symmetric, symmetric_full, asymmetric };
    // e8m0: powers of two; e4m3: of that format, times the tensor's scale (see block_scales.h).
    enum Scales : std::uint8_t { f32, f16, e8m0, e4m3 };

    Symmetry symmetry;
    Scales scales;
    float top;           // qmax; e8m0: the power of two at or below the largest value
    float bottom;        // −qmin
    float limit;         // of positions, where the grid is not of whole numbers; else 0
    float tensor_scale;  // e4m3
};

struct UnitArrays {
    float* reciprocal;
    float* scale;
    float* low;
    float* high;
    float* clipping;
};

struct UnitOutcome {
    bool clips;       // some unit's limits are beyond what its codes reach
    bool scale_lost;  // float16 made a scale 0 or infinite that is neither
};

// Where to look for the scales of units side by side: at t = position · (the t at which a unit's largest
// weight just gets its largest code). `step` is how far the positions beside one are. An even number of
// positions.
struct ScaleScanPlan {
    const float* position;
    const float* step;
    std::size_t positions;
    float low;  // the smallest and the largest code
    float high;
};

// A log grid. With p the power of two at or below |x|·prescale, the level nearest to |x| in the log domain is
// p · level[j], j the number of thresholds in `mantissa_threshold` that |x|·prescale/p reaches. Where levels
// are an octave apart there is one threshold, and level[1] is twice level[0]. From `top` on it is clipped to
// `largest`, below `bottom` it is 0.
struct LogGrid {
    float prescale;  // a power of two that keeps p a normal number
    float mantissa_threshold[2];
    float level[2];  // and the last one as said
    float top;
    float bottom;
    float largest;
    bool half_octaves;
    bool clips;  // false is a promise that no element reaches `top`
};

// Any sorted levels: x goes to level[number of thresholds <= x].
//
// More than 16 levels are found through buckets of equal width, bucket = trunc((x − low) · per_width) within
// bounds: bucket_start[b] thresholds lie in the buckets before b, and fewer than 2^steps in any one.
struct CodebookGrid {
    static constexpr std::uint32_t most_levels = 256;
    static constexpr std::uint32_t few_levels = 16;  // up to which the buckets are not filled in
    static constexpr std::uint32_t buckets = 4096;

    std::uint32_t levels;  // 1 to 256
    std::uint32_t steps;
    float low;
    float per_width;
    float threshold[2 * most_levels];  // padded by NaN, which no x reaches
    float level[most_levels];          // padded by the last one
    std::uint32_t bucket_start[buckets];
};

// Sums of powers of d = x − centre over finite values, in double.
struct PowerSums {
    double d1;
    double d2;
    double d3;
    double d4;
};

}  // namespace halfstep::kernels
