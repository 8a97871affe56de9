// SPDX-License-Identifier: GPL-3.0-or-later
// GGUF blocks by the kernels of every instruction set and by the plain rule: any byte that differs is a
// fault. The first bytes choose the type and whether there is importance; the rest are float32 weights as
// they are, repeated up to some whole superblocks.
#include "core/ggml/fast_quantizer.h"
#include "core/ggml/plain_quantizer.h"
#include "core/kernels/kernel_table.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <span>
#include <vector>

using namespace halfstep;

namespace {

using enum DType;

constexpr DType types[] = {q4_0, q4_1, q5_0, q5_1,   q8_0,   q2_K,  q3_K,
                           q4_K, q5_K, q6_K, iq4_nl, iq4_xs, mxfp4, nvfp4};

struct Input {
    DType type = q4_0;
    std::vector<float> weights;
    std::vector<float> importance;  // of one row, or empty
};

float finite_at(std::span<const std::uint8_t> bytes, std::size_t index) {
    float value = 0;
    std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
    return std::isfinite(value) ? value : 0.0F;
}

Input read(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t head = 4;
    constexpr std::size_t superblock = 256;
    Input input;
    input.type = types[bytes[0] % std::size(types)];
    const std::size_t row = superblock * (1 + bytes[1] % 3U);
    const std::size_t rows = 1 + bytes[2] % 7U;
    const std::span<const std::uint8_t> rest = bytes.subspan(head);
    const std::size_t given = rest.size() / sizeof(float);
    for (std::size_t i = 0; i < row * rows; ++i)
        input.weights.push_back(finite_at(rest, i % given));
    if (bytes[3] % 2 != 0)
        for (std::size_t i = 0; i < row; ++i)
            input.importance.push_back(std::fabs(finite_at(rest, (given - 1 + i * 3) % given)));
    return input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4 + sizeof(float)) return 0;
    const Input input = read({data, size});
    std::vector<std::byte> expected(ggml_bytes(input.type, input.weights.size()));
    const BlockOutcome plain = plain_quantize_ggml_row(input.type, input.weights, input.importance, expected);
    for (const kernels::KernelTable* table : kernels::available_kernel_tables()) {
        std::vector<std::byte> blocks(expected.size());
        const auto fast = fast_quantize_ggml_row(kernels::block_kernels(*table), input.type, input.weights,
                                                 input.importance, blocks);
        if (!fast || blocks != expected || fast->clipped != plain.clipped ||
            fast->scale_overflow != plain.scale_overflow)
            std::abort();
    }
    std::vector<float> back(input.weights.size());
    dequantize_ggml_row(input.type, expected, back);
    return 0;
}
