// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

// The bytes of one block of every GGUF block type (ggml-common.h of ggml 0.21.0). Numbers are little-endian;
// scales and minima are float16 bits where nothing else is said. How codes lie in nibbles, pairs and bits is
// said in code_packing.h.
namespace halfstep::ggml {

static_assert(std::endian::native == std::endian::little, "blocks are little-endian in files");

using HalfBits = std::uint16_t;
template <std::size_t n>
using Bytes = std::array<std::uint8_t, n>;

// `nibble_distance`: elements that many places apart share a byte.

struct BlockQ4_0 {
    static constexpr DType type = DType::q4_0;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    Bytes<16> nibbles;
};
struct BlockQ4_1 {
    static constexpr DType type = DType::q4_1;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    HalfBits minimum;
    Bytes<16> nibbles;
};
struct BlockQ5_0 {
    static constexpr DType type = DType::q5_0;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    Bytes<4> fifth_bits;
    Bytes<16> nibbles;
};
struct BlockQ5_1 {
    static constexpr DType type = DType::q5_1;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    HalfBits minimum;
    Bytes<4> fifth_bits;
    Bytes<16> nibbles;
};
struct BlockQ8_0 {
    static constexpr DType type = DType::q8_0;
    static constexpr std::size_t elements = 32;
    HalfBits scale;
    std::array<std::int8_t, 32> codes;
};
struct BlockQ8_1 {  // activations
    static constexpr DType type = DType::q8_1;
    static constexpr std::size_t elements = 32;
    HalfBits scale;
    HalfBits sum;  // of the codes, times the scale
    std::array<std::int8_t, 32> codes;
};
struct BlockQ8_K {  // activations
    static constexpr DType type = DType::q8_K;
    static constexpr std::size_t elements = 256;
    float scale;
    std::array<std::int8_t, 256> codes;
    std::array<std::int16_t, 16> sums;  // of the codes of each 16
};

struct BlockQ1_0 {
    static constexpr DType type = DType::q1_0;
    static constexpr std::size_t elements = 128;
    HalfBits scale;
    Bytes<16> bits;
};
struct BlockQ2_0 {
    static constexpr DType type = DType::q2_0;
    static constexpr std::size_t elements = 64;
    HalfBits scale;
    Bytes<16> adjacent_pairs;
};
struct BlockTq1_0 {
    static constexpr DType type = DType::tq1_0;
    static constexpr std::size_t elements = 256;
    Bytes<48> five_digits;
    Bytes<4> four_digits;
    HalfBits scale;
};
struct BlockTq2_0 {
    static constexpr DType type = DType::tq2_0;
    static constexpr std::size_t elements = 256;
    Bytes<64> pairs;
    HalfBits scale;
};

struct BlockMxfp4 {
    static constexpr DType type = DType::mxfp4;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    std::uint8_t exponent;  // E8M0
    Bytes<16> nibbles;
};
struct BlockNvfp4 {
    static constexpr DType type = DType::nvfp4;
    static constexpr std::size_t elements = 64;
    static constexpr std::size_t nibble_distance = 8;
    Bytes<4> scales;  // unsigned E4M3, one for each 16 elements
    Bytes<32> nibbles;
};

// K-quants: super-blocks of 256 whose sub-blocks have integer scales (and minima), multiples of the two
// float16.
struct BlockQ2_K {
    static constexpr DType type = DType::q2_K;
    static constexpr std::size_t elements = 256;
    Bytes<16> scales;  // low nibble the scale, high nibble the minimum, of each 16 elements
    Bytes<64> pairs;
    HalfBits scale;
    HalfBits minimum;
};
struct BlockQ3_K {
    static constexpr DType type = DType::q3_K;
    static constexpr std::size_t elements = 256;
    static constexpr std::uint8_t high_bit = 4;  // what a set bit of high_bits is worth
    Bytes<32> high_bits;
    Bytes<64> pairs;
    Bytes<12> scales;  // 6 bits for each 16 elements
    HalfBits scale;
};
struct BlockQ4_K {
    static constexpr DType type = DType::q4_K;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t nibble_distance = 32;
    HalfBits scale;
    HalfBits minimum;
    Bytes<12> scales;  // 6 bits of scale and 6 of minimum for each 32 elements
    Bytes<128> nibbles;
};
struct BlockQ5_K {
    static constexpr DType type = DType::q5_K;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t nibble_distance = 32;
    static constexpr std::uint8_t high_bit = 16;
    HalfBits scale;
    HalfBits minimum;
    Bytes<12> scales;
    Bytes<32> high_bits;
    Bytes<128> nibbles;
};
struct BlockQ6_K {
    static constexpr DType type = DType::q6_K;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t nibble_distance = 64;
    Bytes<128> nibbles;
    Bytes<64> high_pairs;
    std::array<std::int8_t, 16> scales;
    HalfBits scale;
};

struct BlockIq4_nl {
    static constexpr DType type = DType::iq4_nl;
    static constexpr std::size_t elements = 32;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    Bytes<16> nibbles;
};
struct BlockIq4_xs {
    static constexpr DType type = DType::iq4_xs;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t nibble_distance = 16;
    HalfBits scale;
    std::uint16_t scales_high;  // 2 bits for each 32 elements
    Bytes<4> scales_low;        // 4 bits
    Bytes<128> nibbles;
};

// Lattice types: indices into a codebook of 8 or 4 weights at a time. An index's ninth bit and those above
// it, a group's signs and its scale are where the decoder (dequantize_lattice.cpp) says.
struct BlockIq1_s {
    static constexpr DType type = DType::iq1_s;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    Bytes<32> indices;
    std::array<std::uint16_t, 8> high_indices;  // and scales and shifts
};
struct BlockIq1_m {
    static constexpr DType type = DType::iq1_m;
    static constexpr std::size_t elements = 256;
    Bytes<32> indices;
    Bytes<16> high_indices;               // and shifts
    std::array<std::uint16_t, 4> scales;  // their top 4 bits are the float16
};
struct BlockIq2_xxs {
    static constexpr DType type = DType::iq2_xxs;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    std::array<Bytes<4>, 16> words;  // of each 32 elements 4 indices, then their signs and scale
};
struct BlockIq2_xs {
    static constexpr DType type = DType::iq2_xs;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    std::array<std::uint16_t, 32> indices;  // and signs
    Bytes<8> scales;
};
struct BlockIq2_s {
    static constexpr DType type = DType::iq2_s;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    Bytes<32> indices;
    Bytes<32> signs;
    Bytes<8> high_indices;
    Bytes<8> scales;
};
struct BlockIq3_xxs {
    static constexpr DType type = DType::iq3_xxs;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    Bytes<64> indices;
    std::array<Bytes<4>, 8> words;  // signs and scale of each 32 elements
};
struct BlockIq3_s {
    static constexpr DType type = DType::iq3_s;
    static constexpr std::size_t elements = 256;
    HalfBits scale;
    Bytes<64> indices;
    Bytes<8> high_indices;
    Bytes<32> signs;
    Bytes<4> scales;
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20);
static_assert(sizeof(BlockQ5_0) == 22 && sizeof(BlockQ5_1) == 24);
static_assert(sizeof(BlockQ8_0) == 34 && sizeof(BlockQ8_1) == 36 && sizeof(BlockQ8_K) == 292);
static_assert(sizeof(BlockQ1_0) == 18 && sizeof(BlockQ2_0) == 18);
static_assert(sizeof(BlockTq1_0) == 54 && sizeof(BlockTq2_0) == 66);
static_assert(sizeof(BlockMxfp4) == 17 && sizeof(BlockNvfp4) == 36);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockQ4_K) == 144);
static_assert(sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210);
static_assert(sizeof(BlockIq4_nl) == 18 && sizeof(BlockIq4_xs) == 136);
static_assert(sizeof(BlockIq1_s) == 50 && sizeof(BlockIq1_m) == 56);
static_assert(sizeof(BlockIq2_xxs) == 66 && sizeof(BlockIq2_xs) == 74 && sizeof(BlockIq2_s) == 82);
static_assert(sizeof(BlockIq3_xxs) == 98 && sizeof(BlockIq3_s) == 110);

}  // namespace halfstep::ggml
