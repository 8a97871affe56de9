// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <array>
#include <string_view>

// The fixed words of the notation, shared by its parser and its printer.
namespace halfstep::words {

struct BitRange {
    std::string_view prefix;
    Family family;
    int lowest;
    int highest;
};
inline constexpr std::array<BitRange, 3> bit_formats = {{
    {"int", Family::integer, 2, 16},
    {"log", Family::logarithmic, 2, 8},
    {"kmeans", Family::kmeans, 2, 8},
}};

struct FloatWord {
    std::string_view word;
    FloatFormat format;
};
inline constexpr std::array<FloatWord, 3> float_formats = {{
    {"fp16", FloatFormat::fp16},
    {"bf16", FloatFormat::bf16},
    {"fp32", FloatFormat::fp32},
}};

struct SmallFloatWord {
    std::string_view word;
    FloatFormat format;
    int bits;
};
inline constexpr std::array<SmallFloatWord, 6> small_floats = {{
    {"nf4", FloatFormat::nf4, 4},
    {"fp4_e2m1", FloatFormat::fp4_e2m1, 4},
    {"fp6_e2m3", FloatFormat::fp6_e2m3, 6},
    {"fp6_e3m2", FloatFormat::fp6_e3m2, 6},
    {"fp8_e4m3", FloatFormat::fp8_e4m3, 8},
    {"fp8_e5m2", FloatFormat::fp8_e5m2, 8},
}};

struct BlockScaledWord {
    std::string_view word;
    FloatFormat format;
    int bits;
    std::uint32_t group;
};
// OCP Microscaling Formats 1.0 (mx), NVIDIA (nvfp4). What GGUF files hold under the names mxfp4 and nvfp4 are
// the same formats, written by a rule of ggml's own.
inline constexpr std::array<BlockScaledWord, 7> block_scaled = {{
    {"mxfp4", FloatFormat::mxfp4, 4, 32},
    {"mxfp6_e2m3", FloatFormat::mxfp6_e2m3, 6, 32},
    {"mxfp6_e3m2", FloatFormat::mxfp6_e3m2, 6, 32},
    {"mxfp8_e4m3", FloatFormat::mxfp8_e4m3, 8, 32},
    {"mxfp8_e5m2", FloatFormat::mxfp8_e5m2, 8, 32},
    {"mxint8", FloatFormat::mxint8, 8, 32},
    {"nvfp4", FloatFormat::nvfp4, 4, 16},
}};

// NF4's blocks in bitsandbytes.
inline constexpr std::uint32_t nf4_group = 64;

// Named as llama.cpp does: the dtype's own name is the word.
inline constexpr std::array<DType, 16> block_formats = {
    DType::q4_0,  DType::q4_1,  DType::q5_0, DType::q5_1, DType::q8_0,   DType::q2_K,
    DType::q3_K,  DType::q4_K,  DType::q5_K, DType::q6_K, DType::iq4_nl, DType::iq4_xs,
    DType::tq1_0, DType::tq2_0, DType::q1_0, DType::q2_0};

inline constexpr std::string_view keep = "keep";

inline constexpr std::uint32_t largest_group = 65536;

// The shortest groups whose scales can be nested, as in bitsandbytes.
inline constexpr std::uint32_t shortest_nested_group = 32;

// The scheme with the granularity that is not printed.
inline Scheme with_default_units(Scheme scheme) {
    if (scheme.family == Family::small_float && scheme.float_format == FloatFormat::nf4) {
        scheme.granularity = Granularity::group;
        scheme.group_size = nf4_group;
    }
    for (const BlockScaledWord& format : block_scaled)
        if (scheme.family == Family::block_scaled && format.format == scheme.float_format) {
            scheme.granularity = Granularity::group;
            scheme.group_size = format.group;
        }
    return scheme;
}

}  // namespace halfstep::words
