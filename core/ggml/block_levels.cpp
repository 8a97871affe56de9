// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/block_levels.h"

#include "core/ggml/block_types.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/dequantize.h"
#include "core/schemes/scheme.h"

#include <algorithm>
#include <cstring>

namespace halfstep {

using namespace ggml;

std::size_t ggml_scale_elements(DType type) {
    switch (type) {
        case DType::q2_K:
        case DType::q3_K:
        case DType::q6_K:
            return 16;
        case DType::q4_K:
        case DType::q5_K:
        case DType::iq4_xs:
            return 32;
        default:
            return level_count({.family = Family::ggml, .block_type = type}) == 0
                       ? 0
                       : traits(type).block_elements;
    }
}

std::vector<float> ggml_levels_at(DType type, std::span<const std::byte> block, std::size_t element) {
    std::vector<float> levels(level_count({.family = Family::ggml, .block_type = type}));
    visit_block<WritableBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        require_size(block.size(), sizeof(Block));
        Block changed;
        std::memcpy(&changed, block.data(), sizeof changed);
        std::array<float, Block::elements> x;
        for (std::size_t k = 0; k < levels.size(); ++k) {
            if constexpr (requires { changed.codes; }) {
                changed.codes[element] = static_cast<std::int8_t>(static_cast<int>(k) - 127);
            } else {
                Codes<Block> codes = unpacked_codes(changed);
                codes[element] = static_cast<std::uint8_t>(k);
                pack_codes(codes, changed);
            }
            dequantize(changed, x);
            levels[k] = x[element];
        }
    });
    std::ranges::sort(levels);
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

}  // namespace halfstep
