// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ggml_blocks.h"

#include "core/base/error.h"
#include "core/tensor/float_conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace halfstep {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are little-endian in files");

constexpr std::size_t n = ggml_block_elements;
using Weights = std::span<const float, n>;
using Codes = std::array<std::int32_t, n>;  // as they stand in the block
using HalfBits = std::uint16_t;

struct BlockQ4_0 {
    HalfBits scale;
    std::array<std::uint8_t, n / 2> nibbles;
};
struct BlockQ4_1 {
    HalfBits scale;
    HalfBits minimum;
    std::array<std::uint8_t, n / 2> nibbles;
};
struct BlockQ5_0 {
    HalfBits scale;
    std::array<std::uint8_t, n / 8> fifth_bits;
    std::array<std::uint8_t, n / 2> nibbles;
};
struct BlockQ5_1 {
    HalfBits scale;
    HalfBits minimum;
    std::array<std::uint8_t, n / 8> fifth_bits;
    std::array<std::uint8_t, n / 2> nibbles;
};
struct BlockQ8_0 {
    HalfBits scale;
    std::array<std::int8_t, n> codes;
};
static_assert(sizeof(BlockQ4_0) == 18);
static_assert(sizeof(BlockQ4_1) == 20);
static_assert(sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24);
static_assert(sizeof(BlockQ8_0) == 34);

// Element j is in the low half of byte j, element j + 16 in its high half; a fifth bit is bit j of a
// little-endian word.
template <class Block>
void pack(const Codes& codes, Block& block) {
    for (std::size_t j = 0; j < n / 2; ++j)
        block.nibbles[j] = static_cast<std::uint8_t>((codes[j] & 15) | ((codes[j + n / 2] & 15) << 4));
    if constexpr (requires { block.fifth_bits; }) {
        std::uint32_t word = 0;
        for (std::size_t j = 0; j < n; ++j)
            word |= (static_cast<std::uint32_t>(codes[j]) >> 4U & 1U) << j;
        std::memcpy(block.fifth_bits.data(), &word, sizeof word);
    }
}

template <class Block>
Codes unpack(const Block& block) {
    Codes codes;
    for (std::size_t j = 0; j < n / 2; ++j) {
        codes[j] = block.nibbles[j] & 15;
        codes[j + n / 2] = block.nibbles[j] >> 4;
    }
    if constexpr (requires { block.fifth_bits; }) {
        std::uint32_t word = 0;
        std::memcpy(&word, block.fifth_bits.data(), sizeof word);
        for (std::size_t j = 0; j < n; ++j)
            codes[j] |= static_cast<std::int32_t>((word >> j & 1U) << 4U);
    }
    return codes;
}

Codes unpack(const BlockQ8_0& block) {
    Codes codes;
    for (std::size_t j = 0; j < n; ++j)
        codes[j] = static_cast<std::int32_t>(block.codes[j]);
    return codes;
}

bool is_infinite_half(HalfBits half) {
    return (half & 0x7fffU) == 0x7c00U;
}

// 1/scale as ggml takes it. None where a weight divided by the scale is not a small number: the scale is too
// small for float32 to hold its reciprocal, or too large itself. ggml then converts infinities and NaN to
// integers, which on x86-64 gives 0x80000000, of which the low byte is kept: every code is 0.
struct Reciprocal {
    float value = 0;
    bool usable = true;
};
Reciprocal reciprocal(float scale) {
    if (!std::isfinite(scale)) return {0, false};
    const float value = scale != 0 ? 1.0F / scale : 0.0F;
    return {value, std::isfinite(value)};
}

// Codes trunc((x - minimum)·reciprocal + offset) cut to `largest`; counts the cuts.
std::uint64_t truncated_codes(Weights x, float minimum, float reciprocal_of_scale, float offset,
                              std::int32_t largest, Codes& codes) {
    std::int32_t clipped = 0;
    for (std::size_t j = 0; j < n; ++j) {
        const auto code = static_cast<std::int32_t>((x[j] - minimum) * reciprocal_of_scale + offset);
        clipped += code > largest ? 1 : 0;
        codes[j] = code > largest ? largest : code;
    }
    return static_cast<std::uint64_t>(clipped);
}

// The first of the weights with the largest magnitude, with its sign.
float signed_largest(Weights x) {
    float largest = 0;
    float signed_value = 0;
    for (const float value : x) {
        if (std::fabs(value) <= largest) continue;
        largest = std::fabs(value);
        signed_value = value;
    }
    return signed_value;
}

// q4_0, q5_0: codes 0..2·half-1 around half; the weight of the largest magnitude is -half steps.
template <class Block>
BlockOutcome encode_centred(Weights x, std::int32_t half, Block& block) {
    const float scale = signed_largest(x) / static_cast<float>(-half);
    const Reciprocal inverse = reciprocal(scale);
    Codes codes{};
    BlockOutcome outcome;
    if (inverse.usable)
        outcome.clipped =
            truncated_codes(x, 0.0F, inverse.value, static_cast<float>(half) + 0.5F, 2 * half - 1, codes);
    block.scale = f32_to_f16(scale);
    outcome.scale_overflow = is_infinite_half(block.scale);
    pack(codes, block);
    return outcome;
}

// q4_1, q5_1: codes 0..largest from the minimum to the maximum. q5_1 has no cut in ggml, and needs none: the
// product is at most a rounding above `largest`.
template <class Block>
BlockOutcome encode_from_minimum(Weights x, std::int32_t largest, Block& block) {
    float low = x[0];
    float high = x[0];
    for (const float value : x) {
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    const float scale = (high - low) / static_cast<float>(largest);
    const Reciprocal inverse = reciprocal(scale);
    Codes codes{};
    BlockOutcome outcome;
    if (inverse.usable) outcome.clipped = truncated_codes(x, low, inverse.value, 0.5F, largest, codes);
    block.scale = f32_to_f16(scale);
    block.minimum = f32_to_f16(low);
    outcome.scale_overflow = is_infinite_half(block.scale) || is_infinite_half(block.minimum);
    pack(codes, block);
    return outcome;
}

BlockOutcome encode(Weights x, BlockQ4_0& block) {
    return encode_centred(x, 8, block);
}
BlockOutcome encode(Weights x, BlockQ5_0& block) {
    return encode_centred(x, 16, block);
}
BlockOutcome encode(Weights x, BlockQ4_1& block) {
    return encode_from_minimum(x, 15, block);
}
BlockOutcome encode(Weights x, BlockQ5_1& block) {
    return encode_from_minimum(x, 31, block);
}

// Rounds half away from zero (C's roundf), for magnitudes far below 2^31.
std::int32_t round_half_away(float value) {
    const auto whole = static_cast<std::int32_t>(value);
    const float rest = value - static_cast<float>(whole);  // exact
    return whole + (rest >= 0.5F ? 1 : 0) - (rest <= -0.5F ? 1 : 0);
}

BlockOutcome encode(Weights x, BlockQ8_0& block) {
    float largest = 0;
    for (const float value : x)
        largest = std::fabs(value) > largest ? std::fabs(value) : largest;
    const float scale = largest / 127.0F;
    const Reciprocal inverse = reciprocal(scale);
    block.codes.fill(0);
    if (inverse.usable)
        for (std::size_t j = 0; j < n; ++j)
            block.codes[j] = static_cast<std::int8_t>(round_half_away(x[j] * inverse.value));
    block.scale = f32_to_f16(scale);
    return {0, is_infinite_half(block.scale)};
}

template <class Block>
void decode(const Block& block, std::int32_t centre, std::span<float, n> x) {
    const Codes codes = unpack(block);
    const float scale = f16_to_f32(block.scale);
    for (std::size_t j = 0; j < n; ++j)
        x[j] = static_cast<float>(codes[j] - centre) * scale;
}

template <class Block>
void decode_from_minimum(const Block& block, std::span<float, n> x) {
    const Codes codes = unpack(block);
    const float scale = f16_to_f32(block.scale);
    const float minimum = f16_to_f32(block.minimum);
    for (std::size_t j = 0; j < n; ++j)
        x[j] = static_cast<float>(codes[j]) * scale + minimum;
}

void decode(const BlockQ4_0& block, std::span<float, n> x) {
    decode(block, 8, x);
}
void decode(const BlockQ5_0& block, std::span<float, n> x) {
    decode(block, 16, x);
}
void decode(const BlockQ4_1& block, std::span<float, n> x) {
    decode_from_minimum(block, x);
}
void decode(const BlockQ5_1& block, std::span<float, n> x) {
    decode_from_minimum(block, x);
}
void decode(const BlockQ8_0& block, std::span<float, n> x) {
    decode(block, 0, x);
}

// Calls `work` with an empty block of the type.
template <class Work>
auto with_block_of(DType type, const Work& work) {
    switch (type) {
        case DType::q4_0:
            return work(BlockQ4_0{});
        case DType::q4_1:
            return work(BlockQ4_1{});
        case DType::q5_0:
            return work(BlockQ5_0{});
        case DType::q5_1:
            return work(BlockQ5_1{});
        case DType::q8_0:
            return work(BlockQ8_0{});
        default:
            throw Error(fmt::format("{} blocks are not supported by this version", traits(type).name));
    }
}

void require_whole_blocks(std::size_t elements) {
    if (elements % n != 0)
        throw Error(fmt::format("a row of {} weights is no whole number of blocks", elements));
}

}  // namespace

BlockOutcome& BlockOutcome::operator+=(const BlockOutcome& other) {
    clipped += other.clipped;
    scale_overflow = scale_overflow || other.scale_overflow;
    return *this;
}

std::size_t ggml_bytes(DType type, std::size_t elements) {
    require_whole_blocks(elements);
    return with_block_of(type, [&](auto block) { return elements / n * sizeof block; });
}

BlockOutcome quantize_ggml_row(DType type, std::span<const float> row, std::span<std::byte> blocks) {
    require_whole_blocks(row.size());
    return with_block_of(type, [&](auto block) {
        BlockOutcome outcome;
        for (std::size_t i = 0; i < row.size() / n; ++i) {
            outcome += encode(row.subspan(i * n).first<n>(), block);
            std::memcpy(blocks.subspan(i * sizeof block, sizeof block).data(), &block, sizeof block);
        }
        return outcome;
    });
}

void dequantize_ggml_row(DType type, std::span<const std::byte> blocks, std::span<float> row) {
    require_whole_blocks(row.size());
    with_block_of(type, [&](auto block) {
        for (std::size_t i = 0; i < row.size() / n; ++i) {
            std::memcpy(&block, blocks.subspan(i * sizeof block, sizeof block).data(), sizeof block);
            decode(block, row.subspan(i * n).first<n>());
        }
    });
}

BlockOutcome fake_quantize_ggml_row(DType type, std::span<const float> row, std::span<float> reconstruction) {
    require_whole_blocks(row.size());
    return with_block_of(type, [&](auto block) {
        BlockOutcome outcome;
        for (std::size_t i = 0; i < row.size() / n; ++i) {
            outcome += encode(row.subspan(i * n).first<n>(), block);
            decode(block, reconstruction.subspan(i * n).first<n>());
        }
        return outcome;
    });
}

void ggml_codes_of_row(DType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes) {
    require_whole_blocks(codes.size());
    with_block_of(type, [&](auto block) {
        for (std::size_t i = 0; i < codes.size() / n; ++i) {
            std::memcpy(&block, blocks.subspan(i * sizeof block, sizeof block).data(), sizeof block);
            const Codes of_block = unpack(block);
            std::copy(of_block.begin(), of_block.end(), codes.begin() + static_cast<std::ptrdiff_t>(i * n));
        }
    });
}

}  // namespace halfstep
