// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace halfstep {

// A 64-bit checksum against damage, not against malice; as fast as memory. Four chains of words, each word
// multiplied into its chain by an odd number, so that any single changed word changes the sum.
inline std::uint64_t checksum(std::span<const std::byte> bytes) {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;  // 2^64 / golden ratio
    constexpr std::size_t chains = 4;
    std::uint64_t sums[chains] = {1, 2, 3, 4};
    const auto mix = [&](std::size_t chain, std::uint64_t word) {
        sums[chain] = std::rotl((sums[chain] ^ word) * odd, 29);
    };
    std::size_t at = 0;
    for (; at + chains * 8 <= bytes.size(); at += chains * 8) {
        std::uint64_t words[chains];
        std::memcpy(words, bytes.data() + at, sizeof words);
        for (std::size_t chain = 0; chain < chains; ++chain)
            mix(chain, words[chain]);
    }
    for (; at < bytes.size(); ++at)
        mix(0, std::to_integer<std::uint64_t>(bytes[at]));
    for (std::size_t chain = 1; chain < chains; ++chain)
        mix(0, sums[chain]);
    mix(0, bytes.size());
    return sums[0];
}

}  // namespace halfstep
