// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/fast_quantizer.h"

#include "core/ggml/block_types.h"
#include "core/ggml/plain_quantizer.h"
#include "core/kernels/kernel_table.h"

#include <algorithm>
#include <vector>

namespace halfstep {
namespace {

struct Kernel {
    kernels::QuantizeBlocks run = nullptr;
    bool by_rows = false;  // each block depends on its whole row
};

Kernel kernel_of(const kernels::BlockKernels& kernels, DType type, bool weighted) {
    switch (type) {
        case DType::q2_K:
            return {kernels.q2_K};
        case DType::q3_K:
            return {kernels.q3_K};
        case DType::q4_K:
            return {kernels.q4_K};
        case DType::q5_K:
            return {kernels.q5_K};
        case DType::q6_K:
            return {kernels.q6_K};
        case DType::iq4_nl:
            return {kernels.iq4_nl};
        case DType::iq4_xs:
            return {kernels.iq4_xs};
        case DType::q4_0:
            return weighted ? Kernel{kernels.q4_0, true} : Kernel{kernels.plain_q4_0};
        case DType::q4_1:
            return weighted ? Kernel{kernels.q4_1, true} : Kernel{kernels.plain_q4_1};
        case DType::q5_0:
            return weighted ? Kernel{kernels.q5_0, true} : Kernel{kernels.plain_q5_0};
        case DType::q5_1:
            return weighted ? Kernel{kernels.q5_1, true} : Kernel{kernels.plain_q5_1};
        case DType::q8_0:
            return {kernels.q8_0};
        case DType::mxfp4:
            return {kernels.mxfp4};
        case DType::nvfp4:
            return {kernels.nvfp4};
        default:
            return {};
    }
}

}  // namespace

std::optional<BlockOutcome> fast_quantize_ggml_row(const kernels::BlockKernels& kernels, DType type,
                                                   std::span<const float> weights,
                                                   std::span<const float> importance,
                                                   std::span<std::byte> blocks) {
    const Kernel kernel = kernel_of(kernels, type, !importance.empty());
    if (kernel.run == nullptr) return std::nullopt;
    const std::size_t elements = traits(type).block_elements;
    ggml::require_whole_blocks(type, weights.size());
    if (!importance.empty()) {
        ggml::require_whole_blocks(type, importance.size());
        if (weights.size() % importance.size() != 0) ggml::require_size(importance.size(), weights.size());
    }
    ggml::require_size(blocks.size(), ggml_bytes(type, weights.size()));
    const std::size_t count = weights.size() / elements;
    if (count == 0) return BlockOutcome{};

    std::vector<std::uint8_t> left(count);
    kernels::BlockRun run{.x = weights.data(),
                          .importance = importance.empty() ? nullptr : importance.data(),
                          .blocks = count,
                          .first_block = 0,
                          .row_blocks = importance.empty() ? count : importance.size() / elements,
                          .out = reinterpret_cast<std::uint8_t*>(blocks.data()),
                          .left = left.data(),
                          .clipped = 0};
    kernel.run(run);
    if (std::ranges::none_of(left, [](std::uint8_t flag) { return flag != 0; }))
        return BlockOutcome{.clipped = run.clipped};
    if (kernel.by_rows) return plain_quantize_ggml_row(type, weights, importance, blocks);

    BlockOutcome outcome{.clipped = run.clipped};
    const std::size_t bytes = blocks.size() / count;
    for (std::size_t block = 0; block < count; ++block) {
        if (left[block] == 0) continue;
        const std::size_t first = block * elements;
        outcome += plain_quantize_ggml_row(
            type, weights.subspan(first, elements),
            importance.empty() ? importance : importance.subspan(first % importance.size(), elements),
            blocks.subspan(block * bytes, bytes));
    }
    return outcome;
}

std::optional<BlockOutcome> fast_quantize_ggml_row(DType type, std::span<const float> weights,
                                                   std::span<const float> importance,
                                                   std::span<std::byte> blocks) {
    return fast_quantize_ggml_row(kernels::block_kernels(), type, weights, importance, blocks);
}

}  // namespace halfstep
