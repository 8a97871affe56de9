// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace halfstep {

// How the elements of a tensor are stored in its file. Names follow safetensors (in lower case) and ggml.
enum class DType : std::uint8_t {
    // floating point
    f64,
    f32,
    f16,
    bf16,
    // small floats and scales
    f8_e4m3,
    f8_e5m2,
    f8_e4m3fnuz,
    f8_e5m2fnuz,
    f8_e8m0,
    f6_e2m3,
    f6_e3m2,
    f4,
    // integers and others
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    boolean,
    c64,
    i4,
    u4,
    i2,
    u2,
    // ggml block types
    q4_0,
    q4_1,
    q5_0,
    q5_1,
    q8_0,
    q8_1,
    q2_K,
    q3_K,
    q4_K,
    q5_K,
    q6_K,
    q8_K,
    iq2_xxs,
    iq2_xs,
    iq3_xxs,
    iq1_s,
    iq4_nl,
    iq3_s,
    iq2_s,
    iq4_xs,
    iq1_m,
    tq1_0,
    tq2_0,
    mxfp4,
    nvfp4,
    q1_0,
    q2_0,
    // a type that this program does not know
    unknown,
};

enum class DTypeKind : std::uint8_t { floating, small_float, integer, boolean, complex, ggml_block, unknown };

struct DTypeTraits {
    std::string_view name;  // "bf16", "q4_K"
    DTypeKind kind;
    std::uint32_t block_elements;  // elements stored together
    std::uint32_t block_bits;      // bits of such a block
};

const DTypeTraits& traits(DType dtype);

// Whether weights of this type can be read as numbers and measured: floating point, the 8-bit floats that
// hold weights, and the ggml blocks that can be dequantized.
bool is_measurable(DType dtype);

// Whether weights of this type are measurable, but only as what an earlier quantization left of them.
bool is_quantized(DType dtype);

}  // namespace halfstep
