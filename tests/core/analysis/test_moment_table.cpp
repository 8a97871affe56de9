// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_counter.h"
#include "core/analysis/moment_table.h"
#include "core/tensor/float_conversion.h"

#include <QTest>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

float rounded_to(DType type, float x) {
    if (type == DType::bf16) return bf16_to_f32(f32_to_bf16(x));
    if (type == DType::f16) return f16_to_f32(f32_to_f16(x));
    return x;
}

std::vector<float> gaussian(std::size_t n, DType type, double outlier_share = 0) {
    std::mt19937 generator(static_cast<unsigned>(n));
    std::normal_distribution<double> normal(0.001, 0.02);
    std::uniform_real_distribution<double> chance(0, 1);
    std::vector<float> values(n);
    for (float& x : values) {
        x = rounded_to(type, static_cast<float>(normal(generator)));
        if (chance(generator) < outlier_share) x *= 32;
    }
    return values;
}

// The definition, one value at a time.
ErrorSums direct_sums(const std::vector<float>& values, const UniformQuantizer& q) {
    ErrorSums sums;
    const float reciprocal = 1.0F / q.scale;
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        const double code = static_cast<double>(std::nearbyint(x * reciprocal)) + q.zero_point;
        const double clamped =
            std::min(std::max(code, static_cast<double>(q.qmin)), static_cast<double>(q.qmax));
        const float level = q.scale == 0 ? 0.0F : q.scale * static_cast<float>(clamped - q.zero_point);
        const double error = static_cast<double>(x) - static_cast<double>(level);
        ++sums.count;
        if (q.scale != 0 && code != clamped) ++sums.clipped;
        sums.error_squared += error * error;
        sums.value_squared += static_cast<double>(x) * static_cast<double>(x);
        sums.product += static_cast<double>(x) * static_cast<double>(level);
        sums.quantized_squared += static_cast<double>(level) * static_cast<double>(level);
        sums.max_abs_error = std::max(sums.max_abs_error, std::fabs(error));
    }
    return sums;
}

bool close(double a, double b, double tolerance) {
    return std::fabs(a - b) <= tolerance * std::max(std::fabs(a), std::fabs(b));
}

void compare_exactly(const ErrorSums& got, const ErrorSums& expected) {
    QCOMPARE(got.count, expected.count);
    QCOMPARE(got.clipped, expected.clipped);
    QVERIFY(close(got.error_squared, expected.error_squared, 1e-9));
    QVERIFY(close(got.value_squared, expected.value_squared, 1e-9));
    QVERIFY(close(got.product, expected.product, 1e-9));
    QVERIFY(close(got.quantized_squared, expected.quantized_squared, 1e-9));
    QCOMPARE(got.max_abs_error, expected.max_abs_error);
}

std::vector<UniformQuantizer> quantizers_for(float abs_max) {
    std::vector<UniformQuantizer> list;
    for (const int bits : {2, 3, 4, 8, 12, 16})
        for (const float share : {1.0F, 0.73F, 0.31F}) {
            const int top = (1 << (bits - 1)) - 1;
            list.push_back({share * abs_max / static_cast<float>(top), 0, -top, top});
            const int steps = (1 << bits) - 1;
            list.push_back({share * 1.5F * abs_max / static_cast<float>(steps), steps / 3, 0, steps});
        }
    return list;
}

}  // namespace

class TestMomentTable : public QObject {
    Q_OBJECT
  private slots:
    void sixteen_bit_sources_give_the_direct_sums_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("outliers");
        QTest::newRow("bf16") << int(DType::bf16) << 0.0;
        QTest::newRow("f16") << int(DType::f16) << 0.0;
        QTest::newRow("bf16 with outliers") << int(DType::bf16) << 0.001;
    }
    void sixteen_bit_sources_give_the_direct_sums() {
        QFETCH(int, type);
        QFETCH(double, outliers);
        const auto source = static_cast<DType>(type);
        const std::vector<float> values = gaussian(100'000, source, outliers);
        const MomentTable table = MomentTable::build(values, source);
        QVERIFY(table.exact());
        for (const UniformQuantizer& q : quantizers_for(static_cast<float>(table.abs_max()))) {
            const MomentTable::Answer answer = table.evaluate(q);
            QCOMPARE(answer.uncertainty, 0.0);
            QCOMPARE(answer.clipped_uncertainty, 0U);
            compare_exactly(answer.sums, direct_sums(values, q));
        }
    }

    void float32_stays_within_its_bound() {
        const std::vector<float> values = gaussian(100'000, DType::f32, 0.0005);
        const MomentTable table = MomentTable::build(values);
        QVERIFY(!table.exact());
        for (const UniformQuantizer& q : quantizers_for(static_cast<float>(table.abs_max()))) {
            const MomentTable::Answer answer = table.evaluate(q);
            const ErrorSums expected = direct_sums(values, q);
            QCOMPARE(answer.sums.count, expected.count);
            QVERIFY(close(answer.sums.value_squared, expected.value_squared, 1e-12));
            QVERIFY(std::fabs(answer.sums.error_squared - expected.error_squared) <=
                    answer.uncertainty + 1e-12 * expected.error_squared);
            const auto clipped_off = static_cast<double>(answer.sums.clipped) - double(expected.clipped);
            QVERIFY(std::fabs(clipped_off) <= double(answer.clipped_uncertainty));
            QVERIFY(close(answer.sums.error_squared, expected.error_squared, 0.02));
        }
    }

    // Buckets no threshold cuts are exact for float32 too: 1 + m·2^-23 for small m, all on the level 1.
    void float32_is_exact_where_nothing_is_cut() {
        std::vector<float> values;
        for (int m = 0; m < 1000; ++m)
            values.push_back(1.0F + static_cast<float>(m) * 0x1p-23F);
        const UniformQuantizer q{0.125F, 0, -8, 8};
        const MomentTable::Answer answer = MomentTable::build(values).evaluate(q);
        // Σ(m·2^-23)² for m < 1000 = 332833500·2^-46
        QCOMPARE(answer.sums.error_squared, 332833500.0 * 0x1p-46);
        QCOMPARE(answer.sums.max_abs_error, 999.0 * 0x1p-23);
        QCOMPARE(answer.uncertainty, 0.0);
    }

    void special_values() {
        const float infinity = std::numeric_limits<float>::infinity();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        for (const DType type : {DType::f32, DType::bf16, DType::f16}) {
            const std::vector<float> values{0.0F,      -0.0F, 1.0F, -2.0F,   infinity,
                                            -infinity, nan,   -nan, 0x1p-24F};
            const MomentTable table = MomentTable::build(values, type);
            QCOMPARE(table.count(), 5U);
            QCOMPARE(table.non_finite(), 4U);
            QCOMPARE(table.min(), -2.0);
            QCOMPARE(table.max(), 1.0);
            QCOMPARE(table.abs_max(), 2.0);
            QCOMPARE(table.share_within(1.0), 0.8);
            QCOMPARE(table.share_within(0.5), 0.6);
            compare_exactly(table.evaluate(UniformQuantizer{1.0F, 0, -1, 1}).sums,
                            direct_sums({0, 0, 1, -2, 0x1p-24F}, {1.0F, 0, -1, 1}));
        }
    }

    void subnormals() {
        const std::vector<float> values{0x1p-149F, -0x1p-149F, 0x1p-140F, 0x1.8p-127F};
        const MomentTable table = MomentTable::build(values);
        QCOMPARE(table.count(), 4U);
        QCOMPARE(table.value_squared(), 2 * 0x1p-298 + 0x1p-280 + 2.25 * 0x1p-254);
        QCOMPARE(table.evaluate(UniformQuantizer{}).sums.error_squared, table.value_squared());
    }

    void nothing_one_value_and_zeros() {
        const MomentTable none = MomentTable::build(std::span<const float>{});
        QCOMPARE(none.evaluate(UniformQuantizer{1, 0, -7, 7}).sums.count, 0U);
        QCOMPARE(none.abs_max(), 0.0);
        QCOMPARE(none.share_within(1), 0.0);
        const std::vector<float> one{-3.3F};
        const MomentTable::Answer single = MomentTable::build(one).evaluate(UniformQuantizer{1, 0, -7, 7});
        QCOMPARE(single.sums.max_abs_error, std::fabs(static_cast<double>(-3.3F) + 3));
        const std::vector<float> zeros(100, 0.0F);
        const MomentTable::Answer nil = MomentTable::build(zeros).evaluate(UniformQuantizer{0, 0, -7, 7});
        QCOMPARE(nil.sums.error_squared, 0.0);
        QCOMPARE(nil.sums.clipped, 0U);
        QCOMPARE(nil.sums.count, 100U);
    }

    void levels_take_the_nearest_and_the_lower_of_two() {
        const std::vector<float> values{-9, -0.5F, 0.5F, 1.5F, 1.75F, 40};
        const std::array<float, 4> levels{-1, 0, 1, 2};
        const MomentTable::Answer answer =
            MomentTable::build(values, DType::bf16).evaluate_levels(std::span<const float>(levels));
        // -9 -> -1, -0.5 -> -1 (tie), 0.5 -> 0 (tie), 1.5 -> 1 (tie), 1.75 -> 2, 40 -> 2
        QCOMPARE(answer.sums.error_squared, 64 + 0.25 + 0.25 + 0.25 + 0.0625 + 1444);
        QCOMPARE(answer.sums.quantized_squared, 1.0 + 1 + 0 + 1 + 4 + 4);
        QCOMPARE(answer.sums.product, 9 + 0.5 + 0 + 1.5 + 3.5 + 80);
        QCOMPARE(answer.sums.max_abs_error, 38.0);
    }

    void merging_counters_changes_nothing() {
        const std::vector<float> values = gaussian(10'007, DType::f32);
        const std::span<const float> all(values);
        MomentCounter whole(DType::f32);
        whole.add(all);
        MomentCounter a(DType::f32);
        MomentCounter b(DType::f32);
        b.add(all.first(77));
        a.add(all.subspan(77));
        a.merge(b);
        const MomentTable one = whole.finish();
        const MomentTable two = a.finish();
        QCOMPARE(one.means().size(), two.means().size());
        for (std::size_t i = 0; i < one.means().size(); ++i) {
            QVERIFY(one.means()[i] == two.means()[i] && one.counts()[i] == two.counts()[i]);
            QVERIFY(one.spreads()[i] == two.spreads()[i]);
        }
    }

    void a_query_takes_microseconds() {
        const std::vector<float> values = gaussian(3'000'000, DType::bf16);
        const MomentTable table = MomentTable::build(values, DType::bf16);
        double sink = 0;
        QBENCHMARK {
            sink += table.evaluate(UniformQuantizer{0.0007F, 0, -127, 127}).sums.error_squared;
        }
        QVERIFY(sink > 0);
    }
};

QTEST_GUILESS_MAIN(TestMomentTable)
#include "test_moment_table.moc"
