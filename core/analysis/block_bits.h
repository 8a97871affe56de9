// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"
#include "core/ggml/block_types.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/k_scales.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

// Where the numbers of a GGUF block lie in its bits, learnt from the code that unpacks them.
namespace halfstep::ggml {

// One bit of a block: of whose number, and how much it is worth there.
struct BlockBit {
    BitRole role = BitRole::unused;
    std::size_t owner = 0;  // element, or sub-block
    std::uint32_t worth = 0;
};

template <class Block>
inline constexpr bool has_codes = []<class... Coded>(std::type_identity<std::tuple<Coded...>>) {
    return (std::is_same_v<Block, Coded> || ...);
}(std::type_identity<CodedBlocks>{});

template <class Block>
inline constexpr bool has_sub_scales = requires(const Block& block) {
    unpacked_scales(block);
};

// Codes as they stand in the block.
template <class Block>
Codes<Block> raw_codes(const Block& block) {
    if constexpr (requires { block.codes; }) {
        Codes<Block> codes;
        std::memcpy(codes.data(), block.codes.data(), sizeof codes);
        return codes;
    } else {
        return unpacked_codes(block);
    }
}

// What a code bit from here on is worth lies apart from the lower ones.
template <class Block>
constexpr std::uint32_t first_high_worth() {
    constexpr bool apart = requires(const Block& block) {
        block.high_bits;
    }
    || requires(const Block& block) {
        block.high_pairs;
    }
    || requires(const Block& block) {
        block.fifth_bits;
    };
    if (!apart) return 256;
    return requires(const Block& block) {
        block.nibbles;
    }
    ? 16 : 4;
}

template <class Numbers>
void find_owner(const Numbers& numbers, BitRole role, BlockBit& bit) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (numbers[i] != 0) bit = {role, i, numbers[i]};
}

template <class Block>
BlockBit learn_bit(const Block& block) {
    BlockBit bit;
    if constexpr (has_codes<Block>) {
        find_owner(raw_codes(block), BitRole::code, bit);
        if (bit.worth >= first_high_worth<Block>()) bit.role = BitRole::high_bits;
    }
    if constexpr (has_sub_scales<Block>) {
        const auto sub = unpacked_scales(block);
        if constexpr (requires { sub.minima; }) {
            find_owner(sub.scales, BitRole::sub_scale, bit);
            find_owner(sub.minima, BitRole::sub_minimum, bit);
        } else {
            find_owner(sub, BitRole::sub_scale, bit);
        }
    }
    return bit;
}

// Of every bit of the block that belongs to a code or to a sub-block's scale or minimum; tq1_0's five weights
// a byte share its bits.
template <class Block>
const std::vector<BlockBit>& bits_of_block() {
    static const std::vector<BlockBit> bits = [] {
        std::vector<BlockBit> found;
        for (std::size_t place = 0; place < 8 * sizeof(Block); ++place) {
            std::array<std::byte, sizeof(Block)> bytes{};
            bytes[place / 8] = static_cast<std::byte>(1U << (place % 8));
            Block block;
            std::memcpy(&block, bytes.data(), sizeof block);
            found.push_back(learn_bit(block));
        }
        return found;
    }();
    return bits;
}

// The bits of one number, the highest first.
template <class Block>
BitGroup bits_of_number(std::size_t owner, bool is_code, BitRole role, double value) {
    const std::vector<BlockBit>& bits = bits_of_block<Block>();
    BitGroup group{role, {}, {}, value};
    for (std::uint32_t worth = 128; worth > 0; worth /= 2)
        for (std::uint32_t place = 0; place < bits.size(); ++place) {
            const BlockBit& bit = bits[place];
            const bool of_code = bit.role == BitRole::code || bit.role == BitRole::high_bits;
            if (bit.worth == worth && bit.owner == owner && of_code == is_code &&
                (is_code || bit.role == role))
                group.bits.push_back(place);
        }
    return group;
}

}  // namespace halfstep::ggml
