// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/dequantize.h"
#include "core/ggml/lattice_codebooks.h"
#include "core/tensor/float_conversion.h"

#include <bit>
#include <cstring>

// Groups of 32 elements, numbered g below, have a scale or two and four points of eight weights (iq3: eight
// points of four weights).
namespace halfstep::ggml {
namespace {

std::uint32_t word_of(const Bytes<4>& bytes) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    return word;
}

// Seven signs, and an eighth that makes their number even.
unsigned even_signs(std::uint32_t seven) {
    return seven | (static_cast<unsigned>(std::popcount(seven)) & 1U) << 7U;
}

// Magnitudes times a scale, negative where the bit of their place is set.
template <std::size_t dimensions>
void put_signed(const std::array<std::int8_t, dimensions>& magnitudes, float scale, unsigned signs,
                float* x) {
    for (std::size_t j = 0; j < dimensions; ++j)
        x[j] = scale * static_cast<float>(magnitudes[j]) * ((signs >> j & 1U) != 0 ? -1.0F : 1.0F);
}

// iq1: elements of -1, 0 and 1, all moved an eighth up, or down where `down` is set.
void put_shifted(const std::array<std::int8_t, 8>& elements, float scale, bool down, float* x) {
    const float shift = down ? -0.125F : 0.125F;
    for (std::size_t j = 0; j < elements.size(); ++j)
        x[j] = scale * (static_cast<float>(elements[j]) + shift);
}

float odd_multiple(float scale, unsigned half) {
    return scale * static_cast<float>(2 * half + 1);
}

float half_odd_multiple(float scale, unsigned whole) {
    return scale * (0.5F + static_cast<float>(whole));
}

}  // namespace

// high_indices[g]: three bits for each of four points, from bit 12 the scale, bit 15 the shift's direction.
void dequantize(const BlockIq1_s& block, Weights<BlockIq1_s> x) {
    const CodebookIq1& points = iq1_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t g = 0; g < 8; ++g) {
        const unsigned high = block.high_indices[g];
        const float group_scale = odd_multiple(scale, high >> 12U & 7U);
        for (std::size_t k = 0; k < 4; ++k) {
            const std::size_t index = block.indices[4 * g + k] | (high >> (3 * k) & 7U) << 8U;
            put_shifted(points[index], group_scale, (high & 0x8000U) != 0, &x[32 * g + 8 * k]);
        }
    }
}

// A nibble of high_indices for each point: three bits of its index and its shift's direction. A scale for
// each two points, three bits, four of them in a word's lower twelve bits.
void dequantize(const BlockIq1_m& block, Weights<BlockIq1_m> x) {
    const CodebookIq1& points = iq1_codebook();
    unsigned half_bits = 0;
    for (std::size_t n = 0; n < 4; ++n)
        half_bits |= static_cast<unsigned>(block.scales[n]) >> 12U << (4 * n);
    const float scale = f16_to_f32(static_cast<HalfBits>(half_bits));
    for (std::size_t k = 0; k < 32; ++k) {
        const unsigned nibble = block.high_indices[k / 2] >> (4 * (k % 2)) & 15U;
        const unsigned sub_scale = block.scales[k / 8] >> (3 * (k / 2 % 4)) & 7U;
        const std::size_t index = block.indices[k] | (nibble & 7U) << 8U;
        put_shifted(points[index], odd_multiple(scale, sub_scale), (nibble & 8U) != 0, &x[8 * k]);
    }
}

// words[2g]: four indices. words[2g + 1]: seven signs for each, from bit 28 the scale.
void dequantize(const BlockIq2_xxs& block, Weights<BlockIq2_xxs> x) {
    const CodebookIq2_xxs& points = iq2_xxs_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t g = 0; g < 8; ++g) {
        const std::uint32_t word = word_of(block.words[2 * g + 1]);
        const float group_scale = half_odd_multiple(scale, word >> 28U) * 0.25F;
        for (std::size_t k = 0; k < 4; ++k)
            put_signed(points[block.words[2 * g][k]], group_scale, even_signs(word >> (7 * k) & 127U),
                       &x[32 * g + 8 * k]);
    }
}

// indices: nine bits of index and seven signs. A nibble of scale for each two points.
void dequantize(const BlockIq2_xs& block, Weights<BlockIq2_xs> x) {
    const CodebookIq2_xs& points = iq2_xs_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t k = 0; k < 32; ++k) {
        const unsigned nibble = block.scales[k / 4] >> (4 * (k / 2 % 2)) & 15U;
        const unsigned index = block.indices[k];
        put_signed(points[index & 511U], half_odd_multiple(scale, nibble) * 0.25F, even_signs(index >> 9U),
                   &x[8 * k]);
    }
}

// high_indices[g]: two bits for each of four points. A nibble of scale for each two points.
void dequantize(const BlockIq2_s& block, Weights<BlockIq2_s> x) {
    const CodebookIq2_s& points = iq2_s_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t k = 0; k < 32; ++k) {
        const unsigned nibble = block.scales[k / 4] >> (4 * (k / 2 % 2)) & 15U;
        const unsigned high = block.high_indices[k / 4] >> (2 * (k % 4)) & 3U;
        put_signed(points[block.indices[k] | high << 8U], half_odd_multiple(scale, nibble) * 0.25F,
                   block.signs[k], &x[8 * k]);
    }
}

// words[g]: seven signs for each eight weights, from bit 28 the scale.
void dequantize(const BlockIq3_xxs& block, Weights<BlockIq3_xxs> x) {
    const CodebookIq3_xxs& points = iq3_xxs_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t g = 0; g < 8; ++g) {
        const std::uint32_t word = word_of(block.words[g]);
        const float group_scale = half_odd_multiple(scale, word >> 28U) * 0.5F;
        for (std::size_t k = 0; k < 8; ++k) {
            const unsigned signs = even_signs(word >> (7 * (k / 2)) & 127U) >> (4 * (k % 2));
            put_signed(points[block.indices[8 * g + k]], group_scale, signs, &x[32 * g + 4 * k]);
        }
    }
}

// high_indices[g]: one bit for each of eight points. A nibble of scale for each group.
void dequantize(const BlockIq3_s& block, Weights<BlockIq3_s> x) {
    const CodebookIq3_s& points = iq3_s_codebook();
    const float scale = f16_to_f32(block.scale);
    for (std::size_t g = 0; g < 8; ++g) {
        const float group_scale = odd_multiple(scale, block.scales[g / 2] >> (4 * (g % 2)) & 15U);
        for (std::size_t k = 0; k < 8; ++k) {
            const unsigned high = block.high_indices[g] >> k & 1U;
            const unsigned signs = block.signs[4 * g + k / 2];
            put_signed(points[block.indices[8 * g + k] | high << 8U], group_scale, signs >> (4 * (k % 2)),
                       &x[32 * g + 4 * k]);
        }
    }
}

}  // namespace halfstep::ggml
