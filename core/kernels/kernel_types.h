// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// What the kernels take and give. Plain structures only: this header is included by files that are compiled
// for one instruction set, and an inline function here could leak that set's instructions into the whole
// program.
namespace halfstep::kernels {

// A segment is what one call sums up: a block of 65,536 elements of the flattened tensor where the tensor has
// one scale, else a row (a channel), in chunks of 65,536 where it is longer. Segments are combined in index
// order, in double.
inline constexpr std::size_t segment_elements = 65'536;

// Element i of a segment goes to lane i mod 16 whatever the vector width. A lane sums in float over 8 of its
// elements (128 of the segment), then in double; at the end lanes 0 to 15 are added in that order. So sums
// have the same bits for every instruction set.
inline constexpr std::size_t lanes = 16;

// Σ over the finite x of a segment; see ErrorSums.
struct SegmentSums {
    double error_squared;
    double value_squared;
    double product;
    double quantized_squared;
    double max_abs_error;
    std::uint64_t clipped;
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

// One scale unit of a uniform grid: x̂ = scale · clamp(round_half_even(x · reciprocal), low, high), where
// reciprocal = 1/s (0 where s = 0), low = qmin − zero_point and high = qmax − zero_point. `scale` is s, but
// for gamma.
struct UniformUnit {
    float reciprocal;
    float scale;
    float low;
    float high;
};

// The units that a segment's elements belong to.
struct UniformUnits {
    const UniformUnit* unit;
    std::size_t elements_per_unit;  // the last unit may be shorter
    std::size_t first_offset;       // elements of units[0] that lie before the segment
};

// A log grid. With p the power of two at or below |x|·prescale, the level nearest to |x| in the log domain is
// p · level[j], j the number of thresholds in `mantissa_threshold` that |x|·prescale/p reaches. From `top`
// on it is clipped to `largest`, below `bottom` it is 0.
struct LogGrid {
    float prescale;  // a power of two that keeps p a normal number
    float mantissa_threshold[2];
    float level[3];
    float top;
    float bottom;
    float largest;
};

// Any sorted levels: x goes to level[number of thresholds <= x]. Both arrays are padded, to a power of two
// less one and a power of two, the thresholds by +infinity.
struct CodebookGrid {
    std::uint32_t levels;       // 1 to 256
    std::uint32_t search_size;  // `levels` rounded up to a power of two
    float threshold[256];
    float level[256];
};

// Sums of powers of d = x − centre over finite values, in double.
struct PowerSums {
    double d1;
    double d2;
    double d3;
    double d4;
};

}  // namespace halfstep::kernels
