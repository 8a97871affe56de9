// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/kernels/kernel_test_values.h"

#include <fmt/format.h>

#include <algorithm>
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

namespace {

// Sums in the order of the definition: lane i mod 16, float over 128 elements, then double; lanes folded in
// halves.
class PlainLanes {
  public:
    void add(std::size_t i, float term) { narrow_[i % lanes] += term; }
    void end_of(std::size_t i) {
        if (i % 128 == 127) flush();
    }
    double total() {
        flush();
        return sum_of(0, 1);
    }

  private:
    static constexpr std::size_t lanes = 16;

    // Lanes first, first + step, first + 2·step, …: halves of them added, and so on down to single lanes.
    double sum_of(std::size_t first, std::size_t step) const {
        if (step == lanes) return wide_[first];
        return sum_of(first, 2 * step) + sum_of(first + step, 2 * step);
    }

    void flush() {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            wide_[lane] += static_cast<double>(narrow_[lane]);
            narrow_[lane] = 0;
        }
    }

    std::array<double, lanes> wide_{};
    std::array<float, lanes> narrow_{};
};

bool same(double a, double b) {
    return (a == 0 && b == 0) || (std::isnan(a) && std::isnan(b)) ||
           std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

kernels::SegmentSums plain_segment_sums(const float* x, const std::vector<float>& reconstruction,
                                        const std::vector<bool>& clipped) {
    PlainLanes error_squared;
    PlainLanes product;
    kernels::SegmentSums sums{};
    for (std::size_t i = 0; i < reconstruction.size(); ++i) {
        if (std::isfinite(x[i])) {
            const float error = x[i] - reconstruction[i];
            error_squared.add(i, error * error);
            product.add(i, x[i] * reconstruction[i]);
            sums.max_abs_error = std::fmax(sums.max_abs_error, static_cast<double>(std::fabs(error)));
            sums.clipped += clipped[i] ? 1 : 0;
        }
        error_squared.end_of(i);
        product.end_of(i);
    }
    sums.error_squared = error_squared.total();
    sums.product = product.total();
    return sums;
}

kernels::ValueSummary plain_summary(const float* x, std::size_t n) {
    PlainLanes squared;
    kernels::ValueSummary summary{};
    for (std::size_t i = 0; i < n; ++i) {
        if (std::isfinite(x[i])) {
            squared.add(i, x[i] * x[i]);
            summary.min = summary.finite == 0 ? x[i] : std::min(summary.min, x[i]);
            summary.max = summary.finite == 0 ? x[i] : std::max(summary.max, x[i]);
            ++summary.finite;
        }
        squared.end_of(i);
    }
    summary.value_squared = squared.total();
    return summary;
}

std::string difference(const kernels::SegmentSums& actual, const kernels::SegmentSums& expected) {
    if (same(actual.error_squared, expected.error_squared) && same(actual.product, expected.product) &&
        same(actual.max_abs_error, expected.max_abs_error) && actual.clipped == expected.clipped)
        return {};
    return fmt::format("error² {} / {}, x·x̂ {} / {}, max {} / {}, clipped {} / {}", actual.error_squared,
                       expected.error_squared, actual.product, expected.product, actual.max_abs_error,
                       expected.max_abs_error, actual.clipped, expected.clipped);
}

}  // namespace halfstep::testing
