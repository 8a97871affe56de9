// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/plain_quantizer.h"

#include "core/ggml/block_arithmetic.h"
#include "core/ggml/block_types.h"
#include "core/ggml/dequantize.h"
#include "core/ggml/quantize.h"

#include <cstring>

namespace halfstep {
namespace {

using namespace ggml;

void require_row(DType type, std::span<const float> weights, std::span<const float> importance) {
    require_whole_blocks(type, weights.size());
    if (importance.empty()) return;
    require_whole_blocks(type, importance.size());
    if (weights.size() % importance.size() != 0) require_size(importance.size(), weights.size());
}

// Calls store(i, block) for every block of the rows.
template <class Block, class Store>
BlockOutcome quantize_rows(std::span<const float> weights, std::span<const float> importance,
                           const Store& store) {
    constexpr std::size_t n = Block::elements;
    const std::size_t row_blocks = importance.size() / n;
    float row_mean_square = 0;
    BlockOutcome outcome;
    for (std::size_t i = 0; i < weights.size() / n; ++i) {
        if (row_blocks != 0 && i % row_blocks == 0)
            row_mean_square = mean_square(weights.subspan(i * n, importance.size()));
        Block block;
        outcome +=
            quantize({.weights = weights.subspan(i * n, n),
                      .importance = row_blocks == 0 ? importance : importance.subspan(i % row_blocks * n, n),
                      .row_mean_square = row_mean_square},
                     block);
        store(i, block);
    }
    return outcome;
}

template <class Work>
void with_writable_block(DType type, const Work& work) {
    if (visit_block<WritableBlocks>(type, work)) return;
    if (has_block<ReadableBlocks>(type))
        throw Error(fmt::format("{} blocks can be read but not written", traits(type).name));
    throw Error(fmt::format("{} is no block type that this version writes", traits(type).name));
}

}  // namespace

BlockOutcome plain_quantize_ggml_row(DType type, std::span<const float> weights,
                                     std::span<const float> importance, std::span<std::byte> blocks) {
    BlockOutcome outcome;
    with_writable_block(type, [&]<class Block>(std::type_identity<Block>) {
        require_row(type, weights, importance);
        require_size(blocks.size(), weights.size() / Block::elements * sizeof(Block));
        outcome = quantize_rows<Block>(weights, importance, [&](std::size_t i, const Block& block) {
            std::memcpy(blocks.subspan(i * sizeof block, sizeof block).data(), &block, sizeof block);
        });
    });
    return outcome;
}

BlockOutcome plain_fake_quantize_ggml_row(DType type, std::span<const float> weights,
                                          std::span<const float> importance,
                                          std::span<float> reconstruction) {
    BlockOutcome outcome;
    with_writable_block(type, [&]<class Block>(std::type_identity<Block>) {
        require_row(type, weights, importance);
        require_size(reconstruction.size(), weights.size());
        outcome = quantize_rows<Block>(weights, importance, [&](std::size_t i, const Block& block) {
            dequantize(block, reconstruction.subspan(i * Block::elements).template first<Block::elements>());
        });
    });
    return outcome;
}

}  // namespace halfstep
