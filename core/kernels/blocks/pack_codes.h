// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

namespace halfstep::kernels {
namespace {

// Four small integers, each a byte of a word.
template <class V>
typename V::Bits pack_bytes(const typename V::Bits* four) {
    return four[0] | (four[1] << 8) | (four[2] << 16) | (four[3] << 24);
}

// Byte b of word i is code 4·i + b and what is `added`, a whole number from 0 to 255, of `count` codes a
// lane.
template <class V, std::size_t count>
struct PackedCodes {
    using Bits = typename V::Bits;

    explicit PackedCodes(const float* codes, std::uint32_t added = 0) {
        // Of a float near 1.5·2^23 the last bits are an integer; what else there is, four times, is taken
        // off.
        const std::uint32_t rest = (0x4b400000U - added) * 0x01010101U;
        for (std::size_t i = 0; i < count / 4; ++i) {
            Bits four[4];
            for (std::size_t b = 0; b < 4; ++b)
                four[b] = V::bits(V::load(codes + (4 * i + b) * V::width) + V::set(integer_rounder));
            word[i] = (four[0] + (four[1] << 8)) + ((four[2] << 16) + (four[3] << 24)) - V::set_bits(rest);
        }
    }

    // `mask`, repeated for each byte, of what is left of word i shifted right.
    template <int shift>
    Bits part(std::size_t i, std::uint32_t mask) const {
        const Bits moved = shift == 0 ? word[i] : V::template shift_right<shift>(word[i]);
        return moved & V::set_bits(mask * 0x01010101U);
    }

    // Two codes a byte: code c of the word in the lower half, the one `apart` words later in the upper half.
    Bits nibbles(std::size_t i, std::size_t apart) const {
        return part<0>(i, 15) | (part<0>(i + apart, 15) << 4);
    }

    // The two bits above `shift` of four codes a byte, `apart` words from each other.
    template <int shift>
    Bits pairs(std::size_t i, std::size_t apart) const {
        return part<shift>(i, 3) | (part<shift>(i + apart, 3) << 2) | (part<shift>(i + 2 * apart, 3) << 4) |
               (part<shift>(i + 3 * apart, 3) << 6);
    }

    // Bit `shift` of eight codes a byte, `apart` words from each other.
    template <int shift>
    Bits single_bits(std::size_t i, std::size_t apart) const {
        Bits bits = part<shift>(i, 1);
        for (int j = 1; j < 8; ++j)
            bits = bits | (part<shift>(i + static_cast<std::size_t>(j) * apart, 1) << j);
        return bits;
    }

    Bits word[count / 4];
};

// Four words of q4_0 and the like: bytes j hold codes j and j + 16 of 32.
template <class V, class Words>
void set_nibbles(const PackedCodes<V, 32>& codes, Words& words, std::size_t at) {
    for (std::size_t i = 0; i < 4; ++i)
        words.set(at + i, codes.nibbles(i, 4));
}

}  // namespace
}  // namespace halfstep::kernels
