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
#include <optional>

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
    std::array<std::uint8_t, n> codes;  // two's complement
};
static_assert(sizeof(BlockQ4_0) == 18);
static_assert(sizeof(BlockQ4_1) == 20);
static_assert(sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24);
static_assert(sizeof(BlockQ8_0) == 34);

// A block taken apart.
struct Parts {
    Codes codes{};
    HalfBits scale = 0;
    HalfBits minimum = 0;  // q4_1, q5_1
    std::uint64_t clipped = 0;
};

// Element j is in the low half of byte j, element j + 16 in its high half; a fifth bit is bit j of a
// little-endian word.
template <class Block>
void pack_codes(const Codes& codes, Block& block) {
    for (std::size_t j = 0; j < n / 2; ++j)
        block.nibbles[j] = static_cast<std::uint8_t>((codes[j] & 15) | ((codes[j + n / 2] & 15) << 4));
    if constexpr (requires { block.fifth_bits; }) {
        std::uint32_t word = 0;
        for (std::size_t j = 0; j < n; ++j)
            word |= (static_cast<std::uint32_t>(codes[j]) >> 4U & 1U) << j;
        std::memcpy(block.fifth_bits.data(), &word, sizeof word);
    }
}

void pack_codes(const Codes& codes, BlockQ8_0& block) {
    for (std::size_t j = 0; j < n; ++j)
        block.codes[j] = static_cast<std::uint8_t>(codes[j] & 0xff);
}

template <class Block>
void unpack_codes(const Block& block, Codes& codes) {
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
}

void unpack_codes(const BlockQ8_0& block, Codes& codes) {
    for (std::size_t j = 0; j < n; ++j)
        codes[j] = (block.codes[j] ^ 0x80) - 0x80;
}

template <class Block>
Block packed(const Parts& parts) {
    Block block;
    block.scale = parts.scale;
    if constexpr (requires { block.minimum; }) block.minimum = parts.minimum;
    pack_codes(parts.codes, block);
    return block;
}

template <class Block>
Parts unpacked(const Block& block) {
    Parts parts;
    parts.scale = block.scale;
    if constexpr (requires { block.minimum; }) parts.minimum = block.minimum;
    unpack_codes(block, parts.codes);
    return parts;
}

// 1/scale as ggml takes it. None where a weight divided by the scale is not a small number: the scale is too
// small for float32 to hold its reciprocal, or too large itself. ggml then converts infinities and NaN to
// integers, which on x86-64 gives 0x80000000, of which the low byte is kept: every code is 0.
std::optional<float> reciprocal(float scale) {
    const float value = scale != 0 ? 1.0F / scale : 0.0F;
    if (!std::isfinite(scale) || !std::isfinite(value)) return std::nullopt;
    return value;
}

float largest_magnitude(Weights x) {
    // The bits of non-negative floats are ordered as they are; integers make the loop a vector one.
    std::int32_t bits = 0;
    for (const float value : x)
        bits = std::max(bits, std::bit_cast<std::int32_t>(value) & 0x7fffffff);
    return std::bit_cast<float>(bits);
}

struct BlockLimits {
    float low = 0;
    float high = 0;
};

BlockLimits limits_of(Weights x) {
    // Integers in the order of the floats, their own inverse; they make the loop a vector one.
    const auto ordered = [](std::int32_t bits) { return bits ^ (bits >> 31 & 0x7fffffff); };
    std::int32_t low = ordered(std::bit_cast<std::int32_t>(x[0]));
    std::int32_t high = low;
    for (const float value : x) {
        const std::int32_t key = ordered(std::bit_cast<std::int32_t>(value));
        low = std::min(low, key);
        high = std::max(high, key);
    }
    const auto minimum = std::bit_cast<float>(ordered(low));
    const auto maximum = std::bit_cast<float>(ordered(high));
    // ggml keeps the first of equal minima; only zeros are equal and yet differ.
    return {minimum == 0 ? *std::find(x.begin(), x.end(), 0.0F) : minimum, maximum};
}

// The first of the weights with the largest magnitude, with its sign; +0 for zeros of either sign.
float signed_largest(Weights x) {
    const BlockLimits limits = limits_of(x);
    if (-limits.low > limits.high) return limits.low;
    if (-limits.low < limits.high) return limits.high;
    if (limits.high == 0) return 0;
    return *std::find_if(x.begin(), x.end(),
                         [&limits](float value) { return std::fabs(value) == limits.high; });
}

// Codes trunc((x - minimum)·inverse + offset) cut to `largest`.
void truncate_codes(Weights x, float minimum, float inverse, float offset, std::int32_t largest,
                    Parts& parts) {
    std::int32_t clipped = 0;
    for (std::size_t j = 0; j < n; ++j) {
        const auto code = static_cast<std::int32_t>((x[j] - minimum) * inverse + offset);
        clipped += code > largest ? 1 : 0;
        parts.codes[j] = code > largest ? largest : code;
    }
    parts.clipped = static_cast<std::uint64_t>(clipped);
}

// q4_0, q5_0: codes 0..2·half-1 around half; the first weight of the largest magnitude is -half steps.
Parts quantize_centred(Weights x, std::int32_t half) {
    const float extreme = signed_largest(x);
    const float scale = extreme / static_cast<float>(-half);
    Parts parts;
    parts.scale = f32_to_f16(scale);
    if (const auto inverse = reciprocal(scale))
        truncate_codes(x, 0.0F, *inverse, static_cast<float>(half) + 0.5F, 2 * half - 1, parts);
    return parts;
}

// q4_1, q5_1: codes 0..largest from the minimum to the maximum. q5_1 has no cut in ggml, and needs none: the
// product is at most a rounding above `largest`.
Parts quantize_from_minimum(Weights x, std::int32_t largest) {
    const auto [low, high] = limits_of(x);
    const float scale = (high - low) / static_cast<float>(largest);
    Parts parts;
    parts.scale = f32_to_f16(scale);
    parts.minimum = f32_to_f16(low);
    if (const auto inverse = reciprocal(scale)) truncate_codes(x, low, *inverse, 0.5F, largest, parts);
    return parts;
}

// Rounds half away from zero (C's roundf), for magnitudes far below 2^31.
std::int32_t round_half_away(float value) {
    const auto whole = static_cast<std::int32_t>(value);
    const float rest = value - static_cast<float>(whole);  // exact
    return whole + (rest >= 0.5F ? 1 : 0) - (rest <= -0.5F ? 1 : 0);
}

Parts quantize_q8_0(Weights x) {
    const float scale = largest_magnitude(x) / 127.0F;
    Parts parts;
    parts.scale = f32_to_f16(scale);
    if (const auto inverse = reciprocal(scale))
        for (std::size_t j = 0; j < n; ++j)
            parts.codes[j] = round_half_away(x[j] * *inverse);
    return parts;
}

void dequantize_centred(const Parts& parts, std::int32_t centre, std::span<float, n> x) {
    const float scale = f16_to_f32(parts.scale);
    for (std::size_t j = 0; j < n; ++j)
        x[j] = static_cast<float>(parts.codes[j] - centre) * scale;
}

void dequantize_from_minimum(const Parts& parts, std::span<float, n> x) {
    const float scale = f16_to_f32(parts.scale);
    const float minimum = f16_to_f32(parts.minimum);
    for (std::size_t j = 0; j < n; ++j)
        x[j] = static_cast<float>(parts.codes[j]) * scale + minimum;
}

// One type: its block and the two directions.
struct Q4_0 {
    using Block = BlockQ4_0;
    static Parts quantize(Weights x) { return quantize_centred(x, 8); }
    static void dequantize(const Parts& parts, std::span<float, n> x) { dequantize_centred(parts, 8, x); }
};
struct Q4_1 {
    using Block = BlockQ4_1;
    static Parts quantize(Weights x) { return quantize_from_minimum(x, 15); }
    static void dequantize(const Parts& parts, std::span<float, n> x) { dequantize_from_minimum(parts, x); }
};
struct Q5_0 {
    using Block = BlockQ5_0;
    static Parts quantize(Weights x) { return quantize_centred(x, 16); }
    static void dequantize(const Parts& parts, std::span<float, n> x) { dequantize_centred(parts, 16, x); }
};
struct Q5_1 {
    using Block = BlockQ5_1;
    static Parts quantize(Weights x) { return quantize_from_minimum(x, 31); }
    static void dequantize(const Parts& parts, std::span<float, n> x) { dequantize_from_minimum(parts, x); }
};
struct Q8_0 {
    using Block = BlockQ8_0;
    static Parts quantize(Weights x) { return quantize_q8_0(x); }
    static void dequantize(const Parts& parts, std::span<float, n> x) { dequantize_centred(parts, 0, x); }
};

// Calls `work` with the type's description.
template <class Work>
auto with_type(DType type, const Work& work) {
    switch (type) {
        case DType::q4_0:
            return work(Q4_0{});
        case DType::q4_1:
            return work(Q4_1{});
        case DType::q5_0:
            return work(Q5_0{});
        case DType::q5_1:
            return work(Q5_1{});
        case DType::q8_0:
            return work(Q8_0{});
        default:
            throw Error(fmt::format("{} blocks are not supported by this version", traits(type).name));
    }
}

bool is_infinite_half(HalfBits half) {
    return (half & 0x7fffU) == 0x7c00U;
}

BlockOutcome outcome_of(const Parts& parts) {
    return {parts.clipped, is_infinite_half(parts.scale) || is_infinite_half(parts.minimum)};
}

template <class Block>
Block block_at(std::span<const std::byte> blocks, std::size_t index) {
    Block block;
    std::memcpy(&block, blocks.subspan(index * sizeof block, sizeof block).data(), sizeof block);
    return block;
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

bool ggml_can_read(DType type) {
    switch (type) {
        case DType::q4_0:
        case DType::q4_1:
        case DType::q5_0:
        case DType::q5_1:
        case DType::q8_0:
            return true;
        default:
            return false;
    }
}

std::size_t ggml_bytes(DType type, std::size_t elements) {
    require_whole_blocks(elements);
    return with_type(type,
                     [&](auto format) { return elements / n * sizeof(typename decltype(format)::Block); });
}

BlockOutcome quantize_ggml_row(DType type, std::span<const float> row, std::span<std::byte> blocks) {
    require_whole_blocks(row.size());
    return with_type(type, [&](auto format) {
        BlockOutcome outcome;
        for (std::size_t i = 0; i < row.size() / n; ++i) {
            const Parts parts = format.quantize(row.subspan(i * n).first<n>());
            const auto block = packed<typename decltype(format)::Block>(parts);
            std::memcpy(blocks.subspan(i * sizeof block, sizeof block).data(), &block, sizeof block);
            outcome += outcome_of(parts);
        }
        return outcome;
    });
}

void dequantize_ggml_row(DType type, std::span<const std::byte> blocks, std::span<float> row) {
    require_whole_blocks(row.size());
    with_type(type, [&](auto format) {
        for (std::size_t i = 0; i < row.size() / n; ++i)
            format.dequantize(unpacked(block_at<typename decltype(format)::Block>(blocks, i)),
                              row.subspan(i * n).first<n>());
    });
}

BlockOutcome fake_quantize_ggml_row(DType type, std::span<const float> row, std::span<float> reconstruction) {
    require_whole_blocks(row.size());
    return with_type(type, [&](auto format) {
        BlockOutcome outcome;
        for (std::size_t i = 0; i < row.size() / n; ++i) {
            const Parts parts = format.quantize(row.subspan(i * n).first<n>());
            format.dequantize(parts, reconstruction.subspan(i * n).first<n>());
            outcome += outcome_of(parts);
        }
        return outcome;
    });
}

void ggml_codes_of_row(DType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes) {
    require_whole_blocks(codes.size());
    with_type(type, [&](auto format) {
        for (std::size_t i = 0; i < codes.size() / n; ++i) {
            const Parts parts = unpacked(block_at<typename decltype(format)::Block>(blocks, i));
            std::copy(parts.codes.begin(), parts.codes.end(), codes.subspan(i * n).begin());
        }
    });
}

}  // namespace halfstep
