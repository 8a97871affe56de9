// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace halfstep {

// What toy data are drawn from. The mean is 0, but for the two that stand for activations.
enum class ToyDistribution : std::uint8_t {
    gaussian,
    laplace,      // heavier tails: density falls as e^-|x|
    student,      // heavier still: Student's t with 4 degrees of freedom, whose fourth moment is infinite
    uniform,      // no tails
    half_normal,  // |gaussian|
    relu,         // max(gaussian, 0): half of the values are 0
};

struct ToyShape {
    ToyDistribution distribution = ToyDistribution::gaussian;
    double deviation = 1;       // standard deviation; half_normal and relu: of the Gaussian they are made of
    double outlier_share = 0;   // the chance of each value to be an outlier
    double outlier_factor = 8;  // what an outlier is multiplied by

    friend bool operator==(const ToyShape&, const ToyShape&) = default;
};

std::string_view toy_distribution_name(ToyDistribution distribution);  // "gaussian", "half_normal"
std::span<const ToyDistribution> toy_distributions();                  // all, in the order above

// Deterministic toy data. Each value depends on the shape, the seed and its own place alone (SplitMix64 of a
// counter, turned into the distribution by its inverse or, student, by its definition), and only the four
// operations and square roots are used: the same values, to the bit, on every machine.
std::vector<float> toy_weights(const ToyShape& shape, std::size_t count, std::uint64_t seed);

// Values [first, first + into.size()) of the same sequence.
void fill_toy_weights(const ToyShape& shape, std::uint64_t seed, std::uint64_t first, std::span<float> into);

}  // namespace halfstep
