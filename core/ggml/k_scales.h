// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ggml/block_layouts.h"

#include <cstddef>

// The integer scales and minima of the sub-blocks of K-quants and iq4_xs, as they lie in the blocks' bytes.
// Numbers that are too large for their bits spill into their neighbours just as they do in ggml.
namespace halfstep::ggml {

template <std::size_t sub_blocks>
struct ScalesAndMinima {
    Bytes<sub_blocks> scales{};
    Bytes<sub_blocks> minima{};
};

void pack_scales(const ScalesAndMinima<16>& codes, BlockQ2_K& block);
void pack_scales(const ScalesAndMinima<8>& codes, Bytes<12>& bytes);  // q4_K, q5_K
inline void pack_scales(const ScalesAndMinima<8>& codes, BlockQ4_K& block) {
    pack_scales(codes, block.scales);
}
inline void pack_scales(const ScalesAndMinima<8>& codes, BlockQ5_K& block) {
    pack_scales(codes, block.scales);
}
void pack_scales(const Bytes<16>& codes, BlockQ3_K& block);   // scales + 32
void pack_scales(const Bytes<8>& codes, BlockIq4_xs& block);  // scales + 32

ScalesAndMinima<16> unpacked_scales(const BlockQ2_K& block);
ScalesAndMinima<8> unpacked_scales(const Bytes<12>& bytes);
inline ScalesAndMinima<8> unpacked_scales(const BlockQ4_K& block) {
    return unpacked_scales(block.scales);
}
inline ScalesAndMinima<8> unpacked_scales(const BlockQ5_K& block) {
    return unpacked_scales(block.scales);
}
Bytes<16> unpacked_scales(const BlockQ3_K& block);
Bytes<8> unpacked_scales(const BlockIq4_xs& block);

}  // namespace halfstep::ggml
