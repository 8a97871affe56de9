// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/block_layouts.h"

// Where the codes of a block lie in its bytes, for the types whose elements have a code of their own. Codes
// are as they stand in the block, before anything is taken off them.
namespace halfstep::ggml {

template <class Block>
using Codes = std::array<std::uint8_t, Block::elements>;

// Of each 2·distance elements, the first half is in the low nibbles and the second half in the high ones.
template <class Block>
void pack_nibbles(const Codes<Block>& codes, Block& block) {
    constexpr std::size_t distance = Block::nibble_distance;
    for (std::size_t first = 0; first < Block::elements; first += 2 * distance)
        for (std::size_t j = 0; j < distance; ++j) {
            const unsigned low = codes[first + j] & 15U;
            const unsigned high = codes[first + distance + j] & 15U;
            block.nibbles[first / 2 + j] = static_cast<std::uint8_t>(low | (high << 4U));
        }
}

template <class Block>
void unpack_nibbles(const Block& block, Codes<Block>& codes) {
    constexpr std::size_t distance = Block::nibble_distance;
    for (std::size_t first = 0; first < Block::elements; first += 2 * distance)
        for (std::size_t j = 0; j < distance; ++j) {
            const std::uint8_t byte = block.nibbles[first / 2 + j];
            codes[first + j] = byte & 15U;
            codes[first + distance + j] = byte >> 4U;
        }
}

// Two bits of a code, `weight` the lower one's worth: of each 128 elements, element 32n + m is in bits 2n and
// 2n + 1 of byte m.
void pack_pairs(const std::array<std::uint8_t, 256>& codes, unsigned weight, Bytes<64>& pairs);
void unpack_pairs(const Bytes<64>& pairs, unsigned weight, std::array<std::uint8_t, 256>& codes);

// One bit of a code, `weight` its worth: element 32n + m is in bit n of byte m.
void pack_bit_planes(const std::array<std::uint8_t, 256>& codes, unsigned weight, Bytes<32>& planes);
void add_bit_planes(const Bytes<32>& planes, unsigned weight, std::array<std::uint8_t, 256>& codes);

// The fifth bits of 32 codes: bit j of a little-endian word.
void pack_fifth_bits(const std::array<std::uint8_t, 32>& codes, Bytes<4>& bits);
void add_fifth_bits(const Bytes<4>& bits, std::array<std::uint8_t, 32>& codes);

template <class Block>
void pack_codes(const Codes<Block>& codes, Block& block) {
    if constexpr (requires { block.nibbles; }) pack_nibbles(codes, block);
    if constexpr (requires { block.pairs; }) pack_pairs(codes, 1, block.pairs);
    if constexpr (requires { block.high_pairs; }) pack_pairs(codes, 16, block.high_pairs);
    if constexpr (requires { block.high_bits; }) pack_bit_planes(codes, Block::high_bit, block.high_bits);
    if constexpr (requires { block.fifth_bits; }) pack_fifth_bits(codes, block.fifth_bits);
}
void pack_codes(const Codes<BlockQ1_0>& codes, BlockQ1_0& block);
void pack_codes(const Codes<BlockQ2_0>& codes, BlockQ2_0& block);
void pack_codes(const Codes<BlockTq1_0>& codes, BlockTq1_0& block);

template <class Block>
Codes<Block> unpacked_codes(const Block& block) {
    Codes<Block> codes;
    if constexpr (requires { block.nibbles; }) unpack_nibbles(block, codes);
    if constexpr (requires { block.pairs; }) unpack_pairs(block.pairs, 1, codes);
    if constexpr (requires { block.high_pairs; }) {
        Codes<Block> high;
        unpack_pairs(block.high_pairs, 16, high);
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = static_cast<std::uint8_t>(codes[i] | high[i]);
    }
    if constexpr (requires { block.high_bits; }) add_bit_planes(block.high_bits, Block::high_bit, codes);
    if constexpr (requires { block.fifth_bits; }) add_fifth_bits(block.fifth_bits, codes);
    return codes;
}
Codes<BlockQ1_0> unpacked_codes(const BlockQ1_0& block);
Codes<BlockQ2_0> unpacked_codes(const BlockQ2_0& block);
Codes<BlockTq1_0> unpacked_codes(const BlockTq1_0& block);

}  // namespace halfstep::ggml
