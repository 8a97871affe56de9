// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep::training {

// SplitMix64 (Steele, Lea and Flood 2014), and what is drawn with it: the same numbers on every machine and
// with every library.
class Random {
  public:
    // Streams of one seed are independent: weights, order of examples and noise are drawn from their own.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

    std::uint64_t next();
    double uniform();                      // in [0, 1), a multiple of 2^-53
    double normal();                       // mean 0, variance 1 (Box and Muller 1958)
    std::size_t below(std::size_t count);  // in [0, count); count < 2^32
    void shuffle(std::span<std::size_t> items);

  private:
    std::uint64_t state_;
};

}  // namespace halfstep::training
