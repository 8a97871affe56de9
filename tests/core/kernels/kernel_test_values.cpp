// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/kernels/kernel_test_values.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace halfstep::testing {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TestValues gaussian(const std::string& name, std::size_t length, std::size_t start) {
    std::mt19937 random(static_cast<unsigned>(length + start));
    std::normal_distribution<float> distribution(0.003F, 0.05F);
    TestValues values{name, std::vector<float>(length + start), start, true};
    for (float& value : values.storage)
        value = distribution(random);
    return values;
}

void scatter(TestValues& values, const std::vector<float>& special) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (i % 11 == 5 || i + 1 == values.size())
            values.storage[values.start + i] = special[(i / 11) % special.size()];
}

}  // namespace

std::vector<std::size_t> awkward_lengths() {
    return {0, 1, 3, 15, 16, 17, 31, 127, 128, 129, 1000, kernels::segment_elements + 3};
}

std::vector<TestValues> test_values(std::size_t length) {
    TestValues plain = gaussian("gaussian", length, 0);
    TestValues outliers = gaussian("outliers", length, 1);
    scatter(outliers, {1.5F, -2.25F, 0.0F, -0.0F, 0.75F});
    TestValues holes = gaussian("non-finite", length, 2);
    scatter(holes, {nan, infinity, -infinity, -nan});
    holes.all_finite = length == 0;
    TestValues extremes = gaussian("extremes", length, 3);
    scatter(extremes, {3.4028234e38F, -3.4028234e38F, 1e-45F, -1e-40F, 0.0F, -0.0F, 1e19F, 65520.0F, 65519.0F,
                       -65504.0F, 0x1p-14F, 0x1.ffcp-15F, 0x1p-24F, 0x1p-25F, 0x1.8p-25F});
    return {plain, outliers, holes, extremes};
}

kernels::SegmentSums plain_segment_sums(const float* x, const std::vector<float>& reconstruction,
                                        const std::vector<bool>& clipped) {
    constexpr std::size_t lanes = 16;
    std::array<std::array<double, lanes>, 4> wide{};
    std::array<std::array<float, lanes>, 4> narrow{};
    kernels::SegmentSums sums{};
    const auto flush = [&] {
        for (std::size_t which = 0; which < 4; ++which)
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                wide[which][lane] += static_cast<double>(narrow[which][lane]);
                narrow[which][lane] = 0;
            }
    };
    for (std::size_t i = 0; i < reconstruction.size(); ++i) {
        if (std::isfinite(x[i])) {
            const float q = reconstruction[i];
            const float error = x[i] - q;
            narrow[0][i % lanes] += error * error;
            narrow[1][i % lanes] += x[i] * x[i];
            narrow[2][i % lanes] += x[i] * q;
            narrow[3][i % lanes] += q * q;
            sums.max_abs_error = std::fmax(sums.max_abs_error, static_cast<double>(std::fabs(error)));
            sums.clipped += clipped[i] ? 1 : 0;
        }
        if (i % 128 == 127) flush();
    }
    flush();
    std::array<double, 4> total{};
    for (std::size_t which = 0; which < 4; ++which)
        for (const double lane : wide[which])
            total[which] += lane;
    sums.error_squared = total[0];
    sums.value_squared = total[1];
    sums.product = total[2];
    sums.quantized_squared = total[3];
    return sums;
}

std::string difference(const kernels::SegmentSums& actual, const kernels::SegmentSums& expected) {
    const auto same = [](double a, double b) {
        return (a == 0 && b == 0) || (std::isnan(a) && std::isnan(b)) ||
               std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    };
    if (same(actual.error_squared, expected.error_squared) &&
        same(actual.value_squared, expected.value_squared) && same(actual.product, expected.product) &&
        same(actual.quantized_squared, expected.quantized_squared) &&
        same(actual.max_abs_error, expected.max_abs_error) && actual.clipped == expected.clipped)
        return {};
    return fmt::format("error² {} / {}, x² {} / {}, x·x̂ {} / {}, x̂² {} / {}, max {} / {}, clipped {} / {}",
                       actual.error_squared, expected.error_squared, actual.value_squared,
                       expected.value_squared, actual.product, expected.product, actual.quantized_squared,
                       expected.quantized_squared, actual.max_abs_error, expected.max_abs_error,
                       actual.clipped, expected.clipped);
}

}  // namespace halfstep::testing
