// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/ggml/block_layouts.h"

#include <fmt/format.h>

#include <tuple>
#include <type_traits>

// From a DType to its block at compile time.
namespace halfstep::ggml {

using WritableBlocks = std::tuple<BlockQ4_0, BlockQ4_1, BlockQ5_0, BlockQ5_1, BlockQ8_0, BlockQ2_K, BlockQ3_K,
                                  BlockQ4_K, BlockQ5_K, BlockQ6_K, BlockIq4_nl, BlockIq4_xs, BlockTq1_0,
                                  BlockTq2_0, BlockMxfp4, BlockNvfp4, BlockQ1_0, BlockQ2_0>;
using LatticeBlocks =
    std::tuple<BlockIq1_s, BlockIq1_m, BlockIq2_xxs, BlockIq2_xs, BlockIq2_s, BlockIq3_xxs, BlockIq3_s>;
using ActivationBlocks = std::tuple<BlockQ8_1, BlockQ8_K>;
using CodedBlocks = decltype(std::tuple_cat(WritableBlocks{}, ActivationBlocks{}));
using ReadableBlocks = decltype(std::tuple_cat(CodedBlocks{}, LatticeBlocks{}));

// Calls work(std::type_identity<Block>) for the one of `Blocks` that `type` names; false where there is none.
template <class Blocks, class Work>
bool visit_block(DType type, const Work& work) {
    const auto one = [&]<class Block>(std::type_identity<Block> block) {
        if (Block::type != type) return false;
        work(block);
        return true;
    };
    return [&]<class... Block>(std::type_identity<std::tuple<Block...>>) {
        return (one(std::type_identity<Block>{}) || ...);
    }(std::type_identity<Blocks>{});
}

template <class Blocks>
bool has_block(DType type) {
    return visit_block<Blocks>(type, [](auto) {});
}

inline void require_whole_blocks(DType type, std::size_t elements) {
    if (elements % traits(type).block_elements != 0)
        throw Error(fmt::format("a row of {} weights is no whole number of {} blocks, which have {}",
                                elements, traits(type).name, traits(type).block_elements));
}

inline void require_size(std::size_t size, std::size_t expected) {
    if (size != expected) throw Error(fmt::format("{} numbers or bytes given, {} expected", size, expected));
}

}  // namespace halfstep::ggml
