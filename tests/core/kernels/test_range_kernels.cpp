// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/block_scales.h"
#include "core/quantize/unit_quantizers.h"
#include "core/schemes/small_floats.h"
#include "tests/core/kernels/kernel_test_values.h"

#include <QTest>

#include <fmt/format.h>

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

// QCOMPARE takes floating-point numbers that are close for equal; these have to be.
#define COMPARE_EXACTLY(actual, expected) \
    QVERIFY2((actual) == (expected), fmt::format("{} instead of {}", (actual), (expected)).c_str())

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

    static void compare_summaries(const kernels::ValueSummary& actual,
                                  const kernels::ValueSummary& expected) {
        COMPARE_EXACTLY(actual.min, expected.min);
        COMPARE_EXACTLY(actual.max, expected.max);
        QCOMPARE(actual.finite, expected.finite);
        COMPARE_EXACTLY(actual.value_squared, expected.value_squared);
    }

    // `low` and `high` hold one number more than there are groups, to see what is written past the end.
    static void compare_groups(const TestValues& values, std::size_t group, const std::vector<float>& low,
                               const std::vector<float>& high) {
        for (std::size_t i = 0; i + 1 < low.size(); ++i) {
            const kernels::RangeSummary expected =
                plain_range(values.data() + i * group, std::min(group, values.size() - i * group));
            COMPARE_EXACTLY(low[i], expected.min);
            COMPARE_EXACTLY(high[i], expected.max);
        }
        QCOMPARE(low.back(), 77.0F);
        QCOMPARE(high.back(), 77.0F);
    }

    // Every set against sums in double, and bit for bit against the first one.
    static void compare_tried_scales(const TestValues& values, const kernels::ScaleTrials& trials) {
        kernels::ScaleTrialSums first{};
        kernels::available_kernel_tables().front()->try_scales(values.data(), values.size(), trials, &first);
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            kernels::ScaleTrialSums sums{};
            table->try_scales(values.data(), values.size(), trials, &sums);
            for (std::size_t j = 0; j < kernels::scale_trials; ++j) {
                double residual = 0;
                double tilt = 0;
                double square = 0;
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const float position = values.data()[i] * trials.t[j];
                    const float kept =
                        trials.clips ? std::clamp(position, trials.low[j], trials.high[j]) : position;
                    const auto code = static_cast<double>(std::nearbyint(kept));
                    const double rest = static_cast<double>(position) - code;
                    residual += rest * rest;
                    tilt += rest * code;
                    square += code * code;
                }
                const double small = 1e-6 * (1 + residual + std::sqrt(residual * square));
                QVERIFY(std::fabs(static_cast<double>(sums.residual[j]) - residual) <= small);
                QVERIFY(std::fabs(static_cast<double>(sums.tilt[j]) - tilt) <= small);
                COMPARE_EXACTLY(sums.residual[j], first.residual[j]);
                COMPARE_EXACTLY(sums.tilt[j], first.tilt[j]);
            }
        }
    }

  private slots:
    void ranges() {
        for (const std::size_t length : awkward_lengths())
            for (const TestValues& values : test_values(length)) {
                const kernels::RangeSummary expected = plain_range(values.data(), values.size());
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    kernels::RangeSummary range{};
                    table->find_range(values.data(), values.size(), &range);
                    COMPARE_EXACTLY(range.min, expected.min);
                    COMPARE_EXACTLY(range.max, expected.max);
                    QCOMPARE(range.finite, expected.finite);
                    QCOMPARE(range.nans, expected.nans);
                    QCOMPARE(range.infs, expected.infs);
                    QCOMPARE(range.zeros, expected.zeros);
                    QCOMPARE(range.first_non_finite, expected.first_non_finite);
                }
            }
    }

    void summaries() {
        for (const std::size_t length : awkward_lengths())
            for (const TestValues& values : test_values(length)) {
                const kernels::ValueSummary expected = plain_summary(values.data(), values.size());
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    kernels::ValueSummary summary{};
                    table->summarize(kernels::lone_segment(values.data(), values.size(), false), &summary);
                    compare_summaries(summary, expected);
                }
            }
    }

    void summaries_with_groups() {
        for (const std::size_t group : {16U, 32U, 64U, 128U})
            for (const std::size_t length : awkward_lengths())
                for (const TestValues& values : test_values(length)) {
                    const kernels::ValueSummary expected = plain_summary(values.data(), values.size());
                    const std::size_t groups = (length + group - 1) / group;
                    for (const KernelTable* table : kernels::available_kernel_tables()) {
                        std::vector<float> low(groups + 1, 77.0F);
                        std::vector<float> high(groups + 1, 77.0F);
                        kernels::ValueSummary summary{};
                        table->summarize_groups(kernels::lone_segment(values.data(), length, false), group,
                                                &summary, low.data(), high.data());
                        compare_summaries(summary, expected);
                        compare_groups(values, group, low, high);
                    }
                }
    }

    // Against the formulas for one unit, which are tested by hand-worked cases.
    void units_from_limits_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation : {"int2",
                                     "int4",
                                     "int8",
                                     "int16",
                                     "int4:symfull",
                                     "int8:symfull",
                                     "int2:asym",
                                     "int4:asym",
                                     "int8:asym",
                                     "int16:asym",
                                     "int4:g32",
                                     "int8:g32",
                                     "int4:symfull:g32",
                                     "int4:asym:g32",
                                     "int8:asym:g32",
                                     "fp4_e2m1",
                                     "fp8_e5m2:g32",
                                     "mxfp4",
                                     "mxfp6_e2m3",
                                     "mxfp6_e3m2",
                                     "mxfp8_e4m3",
                                     "mxfp8_e5m2",
                                     "mxint8"})
            QTest::newRow(notation) << notation;
    }

    void units_from_limits() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        std::vector<float> lows;
        std::vector<float> highs;
        for (const float high : {0.0F, 1.0F, 0.37F, 1e-7F, 65504.0F * 7, 3e38F, 1e-45F, 0x1p-126F, 0.61F,
                                 65519.0F * 7, 0x1.fffffep-112F, 0x1p-111F, 0x1.fffffep-1F, 0x1.9p-127F})
            for (const float low : {0.0F, -1.0F, -0.36F, 0.11F, -1e-7F, -3e38F, -0x1.fp-130F, -0.033F})
                if (low <= high) {
                    lows.push_back(low);
                    highs.push_back(high);
                }
        const std::size_t n = lows.size();
        lows.resize((n + 15) / 16 * 16);
        highs.resize(lows.size());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            bool any_clips = false;
            bool any_lost = false;
            UniformUnitArrays made;
            made.resize(n);
            const kernels::UnitOutcome outcome =
                table->make_units(unit_rule(scheme), lows.data(), highs.data(), lows.size(), made.arrays());
            for (std::size_t i = 0; i < n; ++i) {
                const EstimatedGrid grid = grid_from_limits(scheme, lows[i], highs[i]);
                const UniformUnit unit = scaled_unit(scheme, grid.grid, grid.grid.scale);
                const kernels::UniformUnits got = made.view(i, 1, 0, true);
                const std::string where = fmt::format(
                    "{} {}..{}: scale {} instead of {}, low {} {}, high {} {}", table->name, lows[i],
                    highs[i], *got.scale, unit.scale, *got.low, unit.low, *got.high, unit.high);
                QVERIFY2(bits(*got.scale) == bits(unit.scale), where.c_str());
                any_lost = any_lost || grid.scale_lost;
                if (grid.scale_lost) continue;
                QVERIFY2(bits(*got.reciprocal) == bits(unit.reciprocal), where.c_str());
                QVERIFY2(bits(*got.low) == bits(unit.low) && bits(*got.high) == bits(unit.high),
                         where.c_str());
                any_clips = any_clips || lows[i] * unit.reciprocal < unit.low ||
                            highs[i] * unit.reciprocal > unit.high;
            }
            QCOMPARE(outcome.scale_lost, any_lost);
            if (any_clips) QVERIFY(outcome.clips);
        }
    }

    // Scales of two levels: around every value of E4M3 and every middle between two, subnormals included.
    void units_of_two_levels() {
        const Scheme scheme = parse_scheme("nvfp4");
        const std::vector<float> values = magnitudes(float_e4m3);
        for (const float tensor_scale : {1.0F, 0.003F, 0.0F, 1e-41F, 0x1p-120F, 1e35F}) {
            std::vector<float> highs{0};
            for (std::size_t i = 0; i + 1 < values.size(); ++i)
                for (const float at : {values[i], (values[i] + values[i + 1]) / 2}) {
                    const float high = at * (6 * tensor_scale);
                    highs.insert(highs.end(),
                                 {high, std::nextafter(high, 0.0F), std::nextafter(high, 1e38F)});
                }
            highs.push_back(448 * (6 * tensor_scale));
            const std::size_t n = highs.size();
            highs.resize((n + 15) / 16 * 16);
            std::vector<float> lows(highs.size());
            for (std::size_t i = 0; i < highs.size(); i += 2)
                std::swap(lows[i], highs[i] = -highs[i]);
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                UniformUnitArrays made;
                made.resize(n);
                table->make_units(unit_rule(scheme, tensor_scale), lows.data(), highs.data(), lows.size(),
                                  made.arrays());
                for (std::size_t i = 0; i < n; ++i) {
                    const float largest = std::max(-lows[i], highs[i]);
                    const float scale = nvfp4_scale(largest, tensor_scale);
                    const UniformUnit unit = float_unit(float_e2m1, scale, scale);
                    const kernels::UniformUnits got = made.view(i, 1, 0, true);
                    const std::string where = fmt::format("{} {} of {}: scale {} instead of {}", table->name,
                                                          largest, tensor_scale, *got.scale, unit.scale);
                    QVERIFY2(bits(*got.scale) == bits(unit.scale), where.c_str());
                    QVERIFY2(bits(*got.reciprocal) == bits(unit.reciprocal), where.c_str());
                    QVERIFY2(bits(*got.high) == bits(unit.high), where.c_str());
                }
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
            for (const std::size_t length : {1U, 16U, 129U, 1000U, 2500U})
                for (const TestValues& values : test_values(length)) {
                    const std::size_t groups = (length + group - 1) / group;
                    for (const KernelTable* table : kernels::available_kernel_tables()) {
                        std::vector<float> low(groups + 1, 77.0F);
                        std::vector<float> high(groups + 1, 77.0F);
                        table->find_group_ranges(values.data(), length, group, values.all_finite, low.data(),
                                                 high.data());
                        compare_groups(values, group, low, high);
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
                COMPARE_EXACTLY(sums.d1, first.d1);
                COMPARE_EXACTLY(sums.d2, first.d2);
                COMPARE_EXACTLY(sums.d3, first.d3);
                COMPARE_EXACTLY(sums.d4, first.d4);
            }
        }
    }

    void tried_scales() {
        for (const bool clips : {false, true}) {
            const kernels::ScaleTrials trials{{9, 11.5F, 20, 35}, {-7, -3, -128, -1}, {7, 12, 127, 1}, clips};
            for (const std::size_t length : {1U, 15U, 16U, 33U, 128U, 1000U})
                compare_tried_scales(test_values(length).front(), trials);
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
