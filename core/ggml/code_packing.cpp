// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/code_packing.h"

#include <cstring>

namespace halfstep::ggml {
namespace {

constexpr std::array<std::uint8_t, 5> powers_of_3 = {1, 3, 9, 27, 81};

// Base-3 digits, the first one the most significant, as a fraction of 256 instead of 243, rounded up: then a
// digit is what a multiplication by 3 carries out of the byte.
std::uint8_t packed_digits(unsigned number) {
    return static_cast<std::uint8_t>((number * 256 + 242) / 243);
}

std::uint8_t digit_of(std::uint8_t byte, std::size_t n) {
    const auto rest = static_cast<std::uint8_t>(byte * powers_of_3[n]);
    return static_cast<std::uint8_t>(rest * 3U >> 8U);
}

// Five digits of elements `first`, `first + distance`, ...
std::uint8_t five_digits(const Codes<BlockTq1_0>& codes, std::size_t first, std::size_t distance) {
    unsigned number = 0;
    for (std::size_t n = 0; n < 5; ++n)
        number = number * 3 + codes[first + n * distance];
    return packed_digits(number);
}

// Where the digits of byte m of `five_digits` are.
struct DigitPlaces {
    std::size_t first;
    std::size_t distance;
};
DigitPlaces places_of_byte(std::size_t m) {
    return m < 32 ? DigitPlaces{m, 32} : DigitPlaces{160 + (m - 32), 16};
}

}  // namespace

void pack_pairs(const std::array<std::uint8_t, 256>& codes, unsigned weight, Bytes<64>& pairs) {
    for (std::size_t half = 0; half < 2; ++half)
        for (std::size_t m = 0; m < 32; ++m) {
            unsigned byte = 0;
            for (std::size_t n = 0; n < 4; ++n)
                byte |= (codes[128 * half + 32 * n + m] / weight & 3U) << (2 * n);
            pairs[32 * half + m] = static_cast<std::uint8_t>(byte);
        }
}

void unpack_pairs(const Bytes<64>& pairs, unsigned weight, std::array<std::uint8_t, 256>& codes) {
    for (std::size_t half = 0; half < 2; ++half)
        for (std::size_t n = 0; n < 4; ++n)
            for (std::size_t m = 0; m < 32; ++m)
                codes[128 * half + 32 * n + m] =
                    static_cast<std::uint8_t>((pairs[32 * half + m] >> (2 * n) & 3U) * weight);
}

void pack_bit_planes(const std::array<std::uint8_t, 256>& codes, unsigned weight, Bytes<32>& planes) {
    for (std::size_t m = 0; m < 32; ++m) {
        unsigned byte = 0;
        for (std::size_t n = 0; n < 8; ++n)
            byte |= (codes[32 * n + m] / weight & 1U) << n;
        planes[m] = static_cast<std::uint8_t>(byte);
    }
}

void add_bit_planes(const Bytes<32>& planes, unsigned weight, std::array<std::uint8_t, 256>& codes) {
    for (std::size_t n = 0; n < 8; ++n)
        for (std::size_t m = 0; m < 32; ++m)
            codes[32 * n + m] = static_cast<std::uint8_t>(codes[32 * n + m] + (planes[m] >> n & 1U) * weight);
}

void pack_fifth_bits(const std::array<std::uint8_t, 32>& codes, Bytes<4>& bits) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 32; ++j)
        word |= (codes[j] >> 4U & 1U) << j;
    std::memcpy(bits.data(), &word, sizeof word);
}

void add_fifth_bits(const Bytes<4>& bits, std::array<std::uint8_t, 32>& codes) {
    std::uint32_t word = 0;
    std::memcpy(&word, bits.data(), sizeof word);
    for (std::size_t j = 0; j < 32; ++j)
        codes[j] = static_cast<std::uint8_t>(codes[j] | (word >> j & 1U) << 4U);
}

void pack_codes(const Codes<BlockQ1_0>& codes, BlockQ1_0& block) {
    block.bits = {};
    for (std::size_t j = 0; j < codes.size(); ++j)
        block.bits[j / 8] = static_cast<std::uint8_t>(block.bits[j / 8] | (codes[j] & 1U) << (j % 8));
}

Codes<BlockQ1_0> unpacked_codes(const BlockQ1_0& block) {
    Codes<BlockQ1_0> codes;
    for (std::size_t j = 0; j < codes.size(); ++j)
        codes[j] = block.bits[j / 8] >> (j % 8) & 1U;
    return codes;
}

void pack_codes(const Codes<BlockQ2_0>& codes, BlockQ2_0& block) {
    for (std::size_t m = 0; m < block.adjacent_pairs.size(); ++m) {
        unsigned byte = 0;
        for (std::size_t n = 0; n < 4; ++n)
            byte |= (codes[4 * m + n] & 3U) << (2 * n);
        block.adjacent_pairs[m] = static_cast<std::uint8_t>(byte);
    }
}

Codes<BlockQ2_0> unpacked_codes(const BlockQ2_0& block) {
    Codes<BlockQ2_0> codes;
    for (std::size_t j = 0; j < codes.size(); ++j)
        codes[j] = block.adjacent_pairs[j / 4] >> (2 * (j % 4)) & 3U;
    return codes;
}

void pack_codes(const Codes<BlockTq1_0>& codes, BlockTq1_0& block) {
    for (std::size_t m = 0; m < block.five_digits.size(); ++m) {
        const auto [first, distance] = places_of_byte(m);
        block.five_digits[m] = five_digits(codes, first, distance);
    }
    for (std::size_t j = 0; j < block.four_digits.size(); ++j) {
        unsigned number = 0;
        for (std::size_t n = 0; n < 4; ++n)
            number = number * 3 + codes[240 + 4 * n + j];
        block.four_digits[j] = packed_digits(number * 3);
    }
}

Codes<BlockTq1_0> unpacked_codes(const BlockTq1_0& block) {
    Codes<BlockTq1_0> codes;
    for (std::size_t n = 0; n < 5; ++n)
        for (std::size_t m = 0; m < block.five_digits.size(); ++m) {
            const auto [first, distance] = places_of_byte(m);
            codes[first + n * distance] = digit_of(block.five_digits[m], n);
        }
    for (std::size_t n = 0; n < 4; ++n)
        for (std::size_t j = 0; j < block.four_digits.size(); ++j)
            codes[240 + 4 * n + j] = digit_of(block.four_digits[j], n);
    return codes;
}

}  // namespace halfstep::ggml
