// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lessons/toy_weights.h"

#include "core/lessons/normal_quantile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace halfstep {
namespace {

// Random numbers of one value: SplitMix64 (Steele, Lea and Flood 2014) of the seed and a counter.
class Draws {
  public:
    Draws(std::uint64_t seed, std::uint64_t place) : state_(mixed(seed) + (place * per_value + 1) * golden) {}

    // Between 0 and 1, neither of them included: (k + ½)/2^53.
    double next() {
        const std::uint64_t bits = mixed(state_);
        state_ += golden;
        return (static_cast<double>(bits >> 11U) + 0.5) * 0x1p-53;
    }

  private:
    static constexpr std::uint64_t per_value = 4;
    static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;

    static std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    std::uint64_t state_;
};

// A chi-squared variable of 4 degrees of freedom is −2·ln(u·v); the variance of t is 4/(4 − 2) = 2.
double student(Draws& draws) {
    const double gaussian = normal_quantile(draws.next());
    const double u = draws.next();
    const double v = draws.next();
    const double chi_squared = -2 * (portable_log(u) + portable_log(v));
    return gaussian / std::sqrt(chi_squared / 4) / std::numbers::sqrt2;
}

// A quarter of the variance of a Laplace variable −ln(2·min(u, 1−u)) with a sign is ½.
double laplace(Draws& draws) {
    const double u = draws.next();
    const double magnitude = -portable_log(2 * std::min(u, 1 - u)) / std::numbers::sqrt2;
    return u < 0.5 ? -magnitude : magnitude;
}

// With a standard deviation of 1.
double standard_value(ToyDistribution distribution, Draws& draws) {
    switch (distribution) {
        case ToyDistribution::gaussian:
            return normal_quantile(draws.next());
        case ToyDistribution::laplace:
            return laplace(draws);
        case ToyDistribution::student:
            return student(draws);
        case ToyDistribution::uniform:
            return (2 * draws.next() - 1) * std::numbers::sqrt3;
        case ToyDistribution::half_normal:
            return std::abs(normal_quantile(draws.next()));
        case ToyDistribution::relu:
            return std::max(normal_quantile(draws.next()), 0.0);
    }
    return 0;
}

}  // namespace

std::string_view toy_distribution_name(ToyDistribution distribution) {
    switch (distribution) {
        case ToyDistribution::gaussian:
            return "gaussian";
        case ToyDistribution::laplace:
            return "laplace";
        case ToyDistribution::student:
            return "student";
        case ToyDistribution::uniform:
            return "uniform";
        case ToyDistribution::half_normal:
            return "half_normal";
        case ToyDistribution::relu:
            return "relu";
    }
    return "";
}

std::span<const ToyDistribution> toy_distributions() {
    using enum ToyDistribution;
    static constexpr std::array all{gaussian, laplace, student, uniform, half_normal, relu};
    return all;
}

void fill_toy_weights(const ToyShape& shape, std::uint64_t seed, std::uint64_t first, std::span<float> into) {
    for (std::size_t i = 0; i < into.size(); ++i) {
        Draws draws(seed, first + i);
        double value = shape.deviation * standard_value(shape.distribution, draws);
        if (shape.outlier_share > 0 && draws.next() < shape.outlier_share) value *= shape.outlier_factor;
        into[i] = static_cast<float>(value);
    }
}

std::vector<float> toy_weights(const ToyShape& shape, std::size_t count, std::uint64_t seed) {
    std::vector<float> values(count);
    fill_toy_weights(shape, seed, 0, values);
    return values;
}

}  // namespace halfstep
