// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "tests/core/kernels/kernel_test_values.h"

#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

using namespace halfstep;
using namespace halfstep::testing;
using kernels::KernelTable;

namespace {

kernels::RangeSummary plain_range(const float* x, std::size_t n) {
    kernels::RangeSummary range{0, 0, 0, 0, 0, 0, n};
    for (std::size_t i = 0; i < n; ++i) {
        if (std::isnan(x[i])) ++range.nans;
        if (std::isinf(x[i])) ++range.infs;
        if (!std::isfinite(x[i])) {
            range.first_non_finite = std::min<std::uint64_t>(range.first_non_finite, i);
            continue;
        }
        if (x[i] == 0) ++range.zeros;
        range.min = range.finite == 0 ? x[i] : std::min(range.min, x[i]);
        range.max = range.finite == 0 ? x[i] : std::max(range.max, x[i]);
        ++range.finite;
    }
    return range;
}

std::uint32_t bits(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

// The value of IEEE 754 binary16 by its definition.
float half_by_definition(std::uint16_t half) {
    const int exponent = (half >> 10) & 31;
    const int fraction = half & 1023;
    const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 31)
        return sign * (fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                                     : std::numeric_limits<float>::infinity());
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
    return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

}  // namespace

class TestRangeKernels : public QObject {
    Q_OBJECT
  private slots:
    void ranges() {
        for (const std::size_t length : awkward_lengths())
            for (const TestValues& values : test_values(length)) {
                const kernels::RangeSummary expected = plain_range(values.data(), values.size());
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    kernels::RangeSummary range{};
                    table->find_range(values.data(), values.size(), &range);
                    QCOMPARE(range.min, expected.min);
                    QCOMPARE(range.max, expected.max);
                    QCOMPARE(range.finite, expected.finite);
                    QCOMPARE(range.nans, expected.nans);
                    QCOMPARE(range.infs, expected.infs);
                    QCOMPARE(range.zeros, expected.zeros);
                    QCOMPARE(range.first_non_finite, expected.first_non_finite);
                }
            }
    }

    void nothing_finite_has_the_range_0_to_0() {
        const std::vector<float> x(21, std::numeric_limits<float>::quiet_NaN());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            kernels::RangeSummary range{};
            table->find_range(x.data(), x.size(), &range);
            QCOMPARE(range.min, 0.0F);
            QCOMPARE(range.max, 0.0F);
            QCOMPARE(range.nans, 21U);
        }
    }

    void negative_zero_leaves_no_sign() {
        std::vector<float> x(40, 0.0F);
        x[7] = x[33] = -0.0F;
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            kernels::RangeSummary range{};
            table->find_range(x.data(), x.size(), &range);
            QCOMPARE(bits(range.min), 0U);
            QCOMPARE(bits(range.max), 0U);
            QCOMPARE(range.zeros, 40U);
        }
    }

    void group_ranges() {
        for (const std::size_t group : {1U, 7U, 16U, 32U, 48U, 100U, 128U})
            for (const std::size_t length : {1U, 16U, 129U, 1000U})
                for (const TestValues& values : test_values(length)) {
                    const std::size_t groups = (length + group - 1) / group;
                    for (const KernelTable* table : kernels::available_kernel_tables()) {
                        std::vector<float> low(groups + 1, 77.0F);
                        std::vector<float> high(groups + 1, 77.0F);
                        table->find_group_ranges(values.data(), length, group, low.data(), high.data());
                        for (std::size_t i = 0; i < groups; ++i) {
                            const kernels::RangeSummary expected =
                                plain_range(values.data() + i * group, std::min(group, length - i * group));
                            QCOMPARE(low[i], expected.min);
                            QCOMPARE(high[i], expected.max);
                        }
                        QCOMPARE(low.back(), 77.0F);
                        QCOMPARE(high.back(), 77.0F);
                    }
                }
    }

    void sums_of_powers() {
        for (const std::size_t length : awkward_lengths()) {
            const TestValues values = test_values(length).front();
            const double centre = 0.01;
            std::array<long double, 4> expected{};
            for (std::size_t i = 0; i < length; ++i) {
                const long double d = static_cast<long double>(values.data()[i]) - centre;
                expected[0] += d;
                expected[1] += d * d;
                expected[2] += d * d * d;
                expected[3] += d * d * d * d;
            }
            kernels::PowerSums first{};
            kernels::available_kernel_tables().front()->sum_powers(values.data(), length, centre, &first);
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                kernels::PowerSums sums{};
                table->sum_powers(values.data(), length, centre, &sums);
                const auto near = [&](double value, long double exact) {
                    return std::fabs(static_cast<long double>(value) - exact) <=
                           1e-13L * static_cast<long double>(length);
                };
                QVERIFY(near(sums.d1, expected[0]));
                QVERIFY(near(sums.d2, expected[1]));
                QVERIFY(near(sums.d3, expected[2]));
                QVERIFY(near(sums.d4, expected[3]));
                QCOMPARE(sums.d1, first.d1);
                QCOMPARE(sums.d2, first.d2);
                QCOMPARE(sums.d3, first.d3);
                QCOMPARE(sums.d4, first.d4);
            }
        }
    }

    void every_half_float_is_widened_exactly() {
        std::vector<std::uint16_t> from(65536);
        for (std::size_t i = 0; i < from.size(); ++i)
            from[i] = static_cast<std::uint16_t>(i);
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            std::vector<float> f16(from.size());
            std::vector<float> bf16(from.size());
            table->convert_f16(from.data(), from.size(), f16.data());
            table->convert_bf16(from.data(), from.size(), bf16.data());
            for (std::size_t i = 0; i < from.size(); ++i) {
                const float expected = half_by_definition(from[i]);
                if (std::isnan(expected))
                    QVERIFY(std::isnan(f16[i]));
                else
                    QCOMPARE(bits(f16[i]), bits(expected));
                QCOMPARE(bits(bf16[i]), static_cast<std::uint32_t>(i) << 16U);
            }
        }
    }

    void conversions_of_any_length_and_alignment() {
        std::vector<std::uint16_t> from(1100);
        for (std::size_t i = 0; i < from.size(); ++i)
            from[i] = static_cast<std::uint16_t>(i * 61);
        for (const KernelTable* table : kernels::available_kernel_tables())
            for (const std::size_t start : {0U, 1U, 3U})
                for (const std::size_t length : {0U, 1U, 15U, 17U, 129U, 1000U}) {
                    std::vector<float> to(length + 1, 77.0F);
                    table->convert_bf16(from.data() + start, length, to.data());
                    for (std::size_t i = 0; i < length; ++i)
                        QCOMPARE(bits(to[i]), static_cast<std::uint32_t>(from[start + i]) << 16U);
                    QCOMPARE(to.back(), 77.0F);
                }
    }
};

QTEST_GUILESS_MAIN(TestRangeKernels)
#include "test_range_kernels.moc"
