// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Families of number formats. All of them are grids; a family says how its grid is built.
enum class Family : std::uint8_t {
    integer,       // int2..int16: uniform
    logarithmic,   // log2..log8: 0 and signed powers of two (or of the square root of two)
    kmeans,        // kmeans2..kmeans8: a codebook fitted to the weights
    floating,      // fp16, bf16, fp32: no scale
    small_float,   // fp4, fp6, fp8 and nf4: few bits, scaled
    block_scaled,  // mxfp4 ... nvfp4: few bits in short groups whose scales are of few bits too
    ggml,          // a GGUF block type, byte for byte as ggml writes it
    keep,          // leave the tensor as it is stored
};

enum class FloatFormat : std::uint8_t {
    fp16,
    bf16,
    fp32,
    fp4_e2m1,  // from here on scaled: the bits of exponent and mantissa are in the name
    fp6_e2m3,
    fp6_e3m2,
    fp8_e4m3,
    fp8_e5m2,
    nf4,    // no float but a codebook: quantiles of the normal distribution
    mxfp4,  // from here on with scales of their own: powers of two
    mxfp6_e2m3,
    mxfp6_e3m2,
    mxfp8_e4m3,
    mxfp8_e5m2,
    mxint8,
    nvfp4,  // FP8 scales and one for the tensor
};
enum class Symmetry : std::uint8_t { sym, symfull, asym };
enum class Granularity : std::uint8_t { tensor, channel, group };
enum class Range : std::uint8_t {
    minmax,
    percentile,  // pctP
    mse,
    kl,
    clip,  // clipX (|x| <= X) or, asymmetric, clipL..H: limits set by hand; every scale's own range is cut
           // to them (where a row stays inside, they change nothing)
};
enum class ScaleStorage : std::uint8_t {
    s32,
    s16,
    dq,  // nested, as bitsandbytes does: 8-bit codes of the scales, less their mean, in blocks of 256
};

// The whole recipe for one tensor. A value type: equal schemes print equally. Members that a family does not
// use hold their defaults, so that operator== means "the same recipe".
struct Scheme {
    Family family = Family::keep;
    int bits = 0;                                  // code bits; 0: floating, ggml and keep
    FloatFormat float_format = FloatFormat::fp32;  // floating, small_float, block_scaled
    DType block_type = DType::unknown;             // ggml
    Symmetry symmetry = Symmetry::sym;             // integer
    Granularity granularity = Granularity::channel;
    std::uint32_t group_size =
        0;  // weights along the input axis; granularity group only (always block_scaled)
    Range range = Range::minmax;
    double percentile = 0;  // range percentile: P of pctP, 0 < P <= 100
    float clip_low = 0;     // range clip
    float clip_high = 0;
    ScaleStorage scale_storage = ScaleStorage::s32;
    bool half_octave = false;  // sqrt2: levels of a log format are powers of the root of two
    bool gamma = false;        // rescale so that the second moment is kept

    friend bool operator==(const Scheme&, const Scheme&) = default;
};

// FORMAT[:OPTION]... as in "int4:asym:g128:mse". Throws Error that names the word and the reason where the
// text is not a scheme or the combination makes no sense. Accepts options in any order.
Scheme parse_scheme(std::string_view text);

// The canonical notation: options in a fixed order, defaults left out. parse_scheme(to_string(s)) == s.
std::string to_string(const Scheme& scheme);

// The FORMAT word alone ("int4", "q8_0", "keep").
std::string format_name(const Scheme& scheme);

// Whether the scheme has one scale for each unit.
bool has_scales(const Scheme& scheme);

// Whether it can also be chosen what range the scales represent.
bool has_ranges(const Scheme& scheme);

// The scale storage that is not printed: 16 bits for groups (but for nf4 and block-scaled formats, which have
// their own), 32 otherwise.
ScaleStorage default_scale_storage(const Scheme& scheme);

// How many scales (kmeans: codebooks) a tensor of channels x inputs elements has: 1, one a channel, or
// channels*ceil(inputs/group_size). Groups do not cross rows, so the last one of a row may be shorter.
std::uint64_t scale_units(const Scheme& scheme, std::uint64_t channels, std::uint64_t inputs);

// Stored bits of a tensor of channels x inputs elements, where `source` is how it is stored now (for keep).
// zero points take `bits` each, codebooks 16 bits a level for each table; dq: 8 bits a scale, 32 for 256 of
// them and 32 for their mean; nvfp4: 8 bits a scale and 32 for the tensor's.
std::uint64_t stored_bits(const Scheme& scheme, std::uint64_t channels, std::uint64_t inputs, DType source);

// What keeps the scheme from being applied to a tensor whose rows have `inputs` elements, as one sentence
// without the tensor's name; empty where nothing does. (GGUF blocks do not cross rows.)
std::string why_not_applicable(const Scheme& scheme, std::uint64_t inputs);

// Distinct reconstruction levels of one scale (2^bits for codes that are all used); 0 where it is not a small
// grid.
std::uint32_t level_count(const Scheme& scheme);

// One default scheme for every format that this program can apply, in the order of the notation's table.
std::vector<Scheme> all_formats();

}  // namespace halfstep
