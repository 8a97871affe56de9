// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/k_scales.h"

namespace halfstep::ggml {
namespace {

std::uint8_t byte_of(unsigned value) {
    return static_cast<std::uint8_t>(value & 0xffU);
}

}  // namespace

void pack_scales(const ScalesAndMinima<16>& codes, BlockQ2_K& block) {
    for (std::size_t j = 0; j < 16; ++j)
        block.scales[j] = byte_of(codes.scales[j] | static_cast<unsigned>(codes.minima[j]) << 4U);
}

ScalesAndMinima<16> unpacked_scales(const BlockQ2_K& block) {
    ScalesAndMinima<16> codes;
    for (std::size_t j = 0; j < 16; ++j) {
        codes.scales[j] = block.scales[j] & 15U;
        codes.minima[j] = block.scales[j] >> 4U;
    }
    return codes;
}

// Scales 0 to 3 and minima 0 to 3 have a byte each; the others have their low nibbles in bytes 8 to 11 and
// their upper two bits on top of those bytes.
void pack_scales(const ScalesAndMinima<8>& codes, Bytes<12>& bytes) {
    for (std::size_t j = 0; j < 4; ++j) {
        const unsigned scale = codes.scales[j + 4];
        const unsigned minimum = codes.minima[j + 4];
        bytes[j] = byte_of(codes.scales[j] | scale >> 4U << 6U);
        bytes[j + 4] = byte_of(codes.minima[j] | minimum >> 4U << 6U);
        bytes[j + 8] = byte_of((scale & 15U) | (minimum & 15U) << 4U);
    }
}

ScalesAndMinima<8> unpacked_scales(const Bytes<12>& bytes) {
    ScalesAndMinima<8> codes;
    for (std::size_t j = 0; j < 4; ++j) {
        const unsigned scale = bytes[j];
        const unsigned minimum = bytes[j + 4];
        const unsigned low = bytes[j + 8];
        codes.scales[j] = byte_of(scale & 63U);
        codes.minima[j] = byte_of(minimum & 63U);
        codes.scales[j + 4] = byte_of((low & 15U) | scale >> 6U << 4U);
        codes.minima[j + 4] = byte_of(low >> 4U | minimum >> 6U << 4U);
    }
    return codes;
}

// Low nibbles: scales 0 to 7 below, 8 to 15 above. Upper two bits: four scales a byte, 0, 4, 8 and 12 first.
void pack_scales(const Bytes<16>& codes, BlockQ3_K& block) {
    for (std::size_t j = 0; j < 8; ++j)
        block.scales[j] = byte_of((codes[j] & 15U) | (codes[j + 8] & 15U) << 4U);
    for (std::size_t j = 0; j < 4; ++j) {
        unsigned byte = 0;
        for (std::size_t n = 0; n < 4; ++n)
            byte |= static_cast<unsigned>(codes[j + 4 * n]) >> 4U << (2 * n);
        block.scales[8 + j] = byte_of(byte);
    }
}

Bytes<16> unpacked_scales(const BlockQ3_K& block) {
    Bytes<16> codes;
    for (std::size_t j = 0; j < 16; ++j) {
        const unsigned low = j < 8 ? block.scales[j] & 15U : block.scales[j - 8] >> 4U;
        const unsigned high = block.scales[8 + j % 4] >> (2 * (j / 4)) & 3U;
        codes[j] = byte_of(low | high << 4U);
    }
    return codes;
}

void pack_scales(const Bytes<8>& codes, BlockIq4_xs& block) {
    unsigned high = 0;
    for (std::size_t j = 0; j < 8; ++j)
        high |= static_cast<unsigned>(codes[j]) >> 4U << (2 * j);
    block.scales_high = static_cast<std::uint16_t>(high);
    for (std::size_t j = 0; j < 4; ++j)
        block.scales_low[j] = byte_of((codes[2 * j] & 15U) | (codes[2 * j + 1] & 15U) << 4U);
}

Bytes<8> unpacked_scales(const BlockIq4_xs& block) {
    Bytes<8> codes;
    for (std::size_t j = 0; j < 8; ++j) {
        const unsigned low = block.scales_low[j / 2] >> (4 * (j % 2)) & 15U;
        codes[j] = byte_of(low | (block.scales_high >> (2 * j) & 3U) << 4U);
    }
    return codes;
}

}  // namespace halfstep::ggml
