// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// One weight on its way through a scheme, for people to look at: what is stored, where its bits lie, and the
// arithmetic from the weight to its code and back, number by number. Finished values; weight_tracer.h makes
// them, trace_text.h writes them down.
namespace halfstep {

// What a bit is for.
enum class BitRole : std::uint8_t {
    unused,
    sign,
    exponent,
    mantissa,
    code,
    high_bits,  // of a code whose lower bits lie elsewhere in the block
    scale,
    minimum,
    sub_scale,  // whole numbers, of a sub-block
    sub_minimum,
    zero_point,
    level,  // of a codebook
    index,  // into a lattice codebook, with signs and whatever else decides the weight
};

// How the bits of a float are divided, the sign first; none of a whole number.
struct FloatSplit {
    int exponent_bits = 0;
    int mantissa_bits = 0;

    bool is_float() const { return exponent_bits + mantissa_bits > 0; }
    friend bool operator==(const FloatSplit&, const FloatSplit&) = default;
};

// Bits that are one number: places in StoredBytes, 8·byte + bit (bit 0 the lowest), the most significant one
// first.
struct BitGroup {
    BitRole role = BitRole::code;
    std::vector<std::uint32_t> bits;
    FloatSplit split;
    double value = 0;  // what they stand for by themselves
};

// A run of neighbouring bits of one byte.
struct BitRun {
    std::uint64_t byte = 0;
    int low = 0;
    int high = 0;
};

enum class StoredPart : std::uint8_t { weight, block, codes, scale, zero_point, codebook };

// Some stored bytes, what their bits are for, and those that the weight is made of.
struct StoredBytes {
    StoredPart part = StoredPart::weight;
    std::uint64_t first_byte = 0;  // of `bytes` in the part, where only some are shown
    std::uint64_t total_bytes = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<BitRole> roles;  // one a bit, the lowest of the first byte first
    std::vector<BitGroup> selected;
};

// From the highest bit to the lowest; bytes are counted from the start of the part.
std::vector<BitRun> runs_of(const StoredBytes& stored, const BitGroup& group);
// "0 01101 1001100110": sign, exponent and mantissa apart.
std::string binary_text(const StoredBytes& stored, const BitGroup& group);

enum class NumberKind : std::uint8_t {
    integer,
    float32,
    float64,
    shown,  // beside the arithmetic itself: nine digits are enough
};

struct TraceNumber {
    double value = 0;
    NumberKind kind = NumberKind::float32;
};

// What a step of the arithmetic is for.
enum class StepLabel : std::uint8_t {
    weight,
    rounded_to_float32,
    block_extreme,  // the first weight of the largest magnitude, with its sign
    block_largest,
    block_minimum,
    block_maximum,
    exact_scale,  // before it is rounded to how it is stored
    scale,
    minimum,
    sub_scale,
    sub_minimum,
    reciprocal,
    above_minimum,
    scaled,
    sixty_fourths,
    half_added,
    rounded,
    offset_added,  // zero point, or the code that means 0
    clamped,
    octaves,
    below_largest,
    level_place,
    nearest,
    code,
    centred,  // the code less the one that means 0
    code_value,
    times_scale,
    reconstruction,
    error,
};

enum class Operation : std::uint8_t {
    assign,
    add,
    subtract,
    multiply,
    divide,
    round_half_even,
    round_half_away,
    truncate,
    clamp,
    nearest,
    lookup,
    log2,
    power_below,  // a·2^(−b/c)
    float_value,  // (−1)^a · 2^b · c
    digit,        // number b of the base-3 digits in byte a
    sign_of,      // a where b is not 0, else −a
};

struct TraceStep {
    StepLabel label = StepLabel::weight;
    Operation operation = Operation::assign;
    std::vector<TraceNumber> operands;
    TraceNumber result;
};

enum class UnitKind : std::uint8_t { weight, tensor, channel, group, block, sub_block };

// What shares one scale (or codebook, or block).
struct TraceUnit {
    UnitKind kind = UnitKind::weight;
    std::uint64_t index = 0;  // among those of its kind; a sub-block's, in its block
    std::uint64_t count = 1;  // elements
    std::uint64_t position = 0;
    MatrixPlace first;
    MatrixPlace last;
};

enum class TraceNote : std::uint8_t {
    not_finite,         // left out, and the reconstruction counts as 0
    quantized_already,  // the weight is what an earlier quantization left of it
    plain_packing,      // bits are counted by the notation, not laid out: codes are shown one after the other
    scales_in_32_bits,  // 16-bit storage would have lost one of the tensor's scales
    nested_scales,      // dq: read back from 8-bit codes that 256 scales share the rest of
    rescaled,           // gamma: codes were chosen with another scale than the stored one
    scale_is_zero,
    code_searched,  // a search over the block chose the code, not the rounding of this one weight
    lattice,        // several weights share an index: the bits that this one depends on are marked
    not_laid_out,   // a format whose bits are not known to be laid out in any way
};

struct WeightTrace {
    std::string tensor;
    DType dtype = DType::unknown;
    Scheme asked;
    MatrixShape shape;
    MatrixPlace place;

    StoredBytes source;              // as the file has it
    std::vector<TraceStep> reading;  // from there to `value`
    TraceUnit unit;
    std::optional<TraceUnit> sub_unit;
    std::vector<StoredBytes> stored;  // as the scheme has it; none for keep
    std::vector<TraceStep> encoding;
    std::vector<TraceStep> decoding;
    std::vector<TraceNote> notes;

    float value = 0;           // x
    float reconstruction = 0;  // x̂, to the bit what the engine measures with
    bool clipped = false;      // the code was cut to the outermost one
};

}  // namespace halfstep
