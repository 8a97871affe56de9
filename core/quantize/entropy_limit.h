// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep {

// The entropy calibration of kl (see range.h): where to cut a histogram of magnitudes. Holds buffers, one a
// thread.
//
// With M = the mass before a cut, N = the mass of all, D = ln(M/N) + Σ (terms of the groups)/N, and no term
// but the last group's can be negative: it is Σ n·ln n − Σn·ln(mean n) over the group's bins. So a cut is
// given up as soon as its terms, added from the last one on, exceed the best cut's. Only non-empty bins are
// walked.
class EntropyLimit {
  public:
    static constexpr std::size_t bins = 2048;

    // Of finite values, the largest magnitude being abs_max > 0.
    float find(std::span<const float> values, float abs_max, int bits);

    // Of a histogram whose last bin is not empty.
    float find(std::span<const std::uint64_t, bins> counts, double abs_max, int bits);

  private:
    void fill(std::span<const float> values, double abs_max);
    void collect();
    void append(std::size_t bin, std::uint64_t count);
    float best(double abs_max, std::size_t levels);
    double divergence(std::size_t last, double least) const;
    double log_mean(std::size_t begin, std::size_t end) const;
    double group_term(std::size_t begin, std::size_t end, double log_mean) const;

    static constexpr std::size_t word_bits = 64;
    static constexpr std::size_t rank_step = 32;  // ranks are written so many at a time

    std::array<std::uint32_t, bins> counts_{};  // all 0 between calls, as are the marks
    std::array<std::uint64_t, bins / word_bits> marks_{};
    std::size_t levels_ = 0;  // a power of two
    int level_bits_ = 0;
    std::size_t filled_ = 0;                              // non-empty bins
    std::array<std::uint16_t, bins> bin_{};               // of each
    std::array<std::uint64_t, bins + 1> mass_{};          // of those before
    std::array<double, bins + 1> entropy_{};              // Σ n·ln n of those before
    std::array<std::uint16_t, bins + rank_step> rank_{};  // non-empty bins before a bin
    std::array<double, bins> divergence_{};
};

}  // namespace halfstep
