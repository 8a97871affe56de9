// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/ggml_blocks.h"

#include "core/ggml/block_types.h"
#include "core/ggml/code_packing.h"
#include "core/ggml/dequantize.h"
#include "core/ggml/fast_quantizer.h"
#include "core/ggml/plain_quantizer.h"

#include <cstring>
#include <vector>

namespace halfstep {
namespace {

using namespace ggml;

template <class Blocks, class Work>
void with_readable_block(DType type, const Work& work) {
    if (visit_block<Blocks>(type, work)) return;
    if (has_block<ReadableBlocks>(type))
        throw Error(fmt::format("{} has no codes of single weights", traits(type).name));
    throw Error(fmt::format("{} is no block type that this version reads", traits(type).name));
}

// Calls work(block, first element) for every block.
template <class Block, class Work>
void for_each_block(std::span<const std::byte> blocks, std::size_t elements, const Work& work) {
    require_whole_blocks(Block::type, elements);
    const std::size_t count = elements / Block::elements;
    require_size(blocks.size(), count * sizeof(Block));
    for (std::size_t i = 0; i < count; ++i) {
        Block block;
        std::memcpy(&block, blocks.subspan(i * sizeof block, sizeof block).data(), sizeof block);
        work(block, i * Block::elements);
    }
}

}  // namespace

BlockOutcome& BlockOutcome::operator+=(const BlockOutcome& other) {
    clipped += other.clipped;
    scale_overflow = scale_overflow || other.scale_overflow;
    scale_underflow = scale_underflow || other.scale_underflow;
    return *this;
}

bool ggml_can_read(DType type) {
    return has_block<ReadableBlocks>(type);
}

bool ggml_can_write(DType type) {
    return has_block<WritableBlocks>(type);
}

bool ggml_has_codes(DType type) {
    return has_block<CodedBlocks>(type);
}

std::size_t ggml_bytes(DType type, std::size_t elements) {
    std::size_t bytes = 0;
    with_readable_block<ReadableBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        require_whole_blocks(type, elements);
        bytes = elements / Block::elements * sizeof(Block);
    });
    return bytes;
}

BlockOutcome quantize_ggml_row(DType type, std::span<const float> weights, std::span<const float> importance,
                               std::span<std::byte> blocks) {
    if (const auto outcome = fast_quantize_ggml_row(type, weights, importance, blocks)) return *outcome;
    return plain_quantize_ggml_row(type, weights, importance, blocks);
}

void dequantize_ggml_row(DType type, std::span<const std::byte> blocks, std::span<float> row) {
    with_readable_block<ReadableBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        for_each_block<Block>(blocks, row.size(), [&](const Block& block, std::size_t first) {
            dequantize(block, row.subspan(first).template first<Block::elements>());
        });
    });
}

BlockOutcome fake_quantize_ggml_row(DType type, std::span<const float> weights,
                                    std::span<const float> importance, std::span<float> reconstruction) {
    thread_local std::vector<std::byte> blocks;
    if (!ggml_can_write(type)) return plain_fake_quantize_ggml_row(type, weights, importance, reconstruction);
    blocks.resize(ggml_bytes(type, weights.size()));
    const auto outcome = fast_quantize_ggml_row(type, weights, importance, blocks);
    if (!outcome) return plain_fake_quantize_ggml_row(type, weights, importance, reconstruction);
    dequantize_ggml_row(type, blocks, reconstruction);
    return *outcome;
}

void ggml_codes_of_row(DType type, std::span<const std::byte> blocks, std::span<std::int32_t> codes) {
    with_readable_block<CodedBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        for_each_block<Block>(blocks, codes.size(), [&](const Block& block, std::size_t first) {
            const auto target = codes.subspan(first).begin();
            if constexpr (requires { block.codes; })
                std::copy(block.codes.begin(), block.codes.end(), target);
            else {
                const Codes<Block> unpacked = unpacked_codes(block);
                std::copy(unpacked.begin(), unpacked.end(), target);
            }
        });
    });
}

}  // namespace halfstep
