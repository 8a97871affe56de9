// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/what_if.h"
#include "core/quantize/reference.h"
#include "core/schemes/grid.h"
#include "core/tensor/float_conversion.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

std::vector<float> weights(DType type, std::size_t n) {
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(0.003F, 0.05F);
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i) {
        const float x = normal(generator) * (i % 101 == 0 ? 5.0F : 1.0F);
        values[i] = type == DType::bf16  ? bf16_to_f32(f32_to_bf16(x))
                    : type == DType::f16 ? f16_to_f32(f32_to_f16(x))
                                         : x;
    }
    return values;
}

bool close(double a, double b, double tolerance) {
    return std::fabs(a - b) <= tolerance * std::max(std::fabs(a), std::fabs(b));
}

}  // namespace

class TestWhatIf : public QObject {
    Q_OBJECT
  private slots:
    // Weights halfway between two values of the format, and a largest one that makes the scale 1.
    void ties_of_small_floats_data() {
        QTest::addColumn<QString>("notation");
        for (const char* text :
             {"fp8_e4m3:tensor", "fp8_e5m2:tensor", "fp6_e2m3:tensor", "fp6_e3m2:tensor", "fp4_e2m1:tensor"})
            QTest::newRow(text) << text;
    }
    void ties_of_small_floats() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const std::vector<float> levels = grid_levels(scheme, 1, 0);
        std::vector<float> values = {levels.back()};
        for (std::size_t i = 0; i + 1 < levels.size(); ++i)
            values.push_back((levels[i] + levels[i + 1]) / 2);
        const std::optional<WhatIf> got = what_if(MomentTable::build(values, DType::bf16), scheme);
        QVERIFY(got.has_value());
        QCOMPARE(got->grid.scale, 1.0F);
        const ErrorSums expected = quantize_reference(scheme, values, {1, values.size()}).sums;
        QVERIFY(close(got->answer.sums.product, expected.product, 1e-12));
        QVERIFY(close(got->answer.sums.quantized_squared, expected.quantized_squared, 1e-12));
    }

    void as_the_plain_reference_data() {
        QTest::addColumn<QString>("notation");
        for (const char* text : {"int4:tensor",
                                 "int4:asym:tensor",
                                 "int2:symfull:tensor",
                                 "int8:tensor:pct99.9",
                                 "int4:tensor:kl",
                                 "int3:tensor:clip0.08",
                                 "int4:tensor:gamma",
                                 "int4:asym:tensor:gamma",
                                 "log3:tensor",
                                 "log4:tensor:sqrt2",
                                 "log3:tensor:gamma",
                                 "log4:tensor:mse",
                                 "kmeans3:tensor",
                                 "fp16",
                                 "bf16",
                                 "fp32",
                                 "int4:tensor:s16",
                                 "fp8_e4m3:tensor",
                                 "fp8_e5m2:tensor:pct99",
                                 "fp6_e3m2:tensor:clip0.05",
                                 "fp4_e2m1:tensor:gamma",
                                 "nf4:tensor"})
            QTest::newRow(text) << text;
    }
    void as_the_plain_reference() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        for (const DType type : {DType::bf16, DType::f16}) {
            const std::vector<float> values = weights(type, 1500);
            const MomentTable table = MomentTable::build(values, type);
            const std::optional<WhatIf> got = what_if(table, scheme);
            QVERIFY(got.has_value());
            const ErrorSums expected = quantize_reference(scheme, values, {1, values.size()}).sums;
            const ErrorSums& sums = got->answer.sums;
            QCOMPARE(got->answer.uncertainty, 0.0);
            QCOMPARE(sums.count, expected.count);
            QCOMPARE(sums.clipped, expected.clipped);
            QVERIFY(close(sums.error_squared, expected.error_squared, 1e-9));
            QVERIFY(close(sums.value_squared, expected.value_squared, 1e-9));
            QVERIFY(close(sums.product, expected.product, 1e-9));
            QVERIFY(close(sums.quantized_squared, expected.quantized_squared, 1e-9));
            QVERIFY(close(sums.max_abs_error, expected.max_abs_error, 1e-12));
        }
    }

    void mse_is_no_worse_than_the_plain_reference() {
        for (const char* text : {"int4:tensor:mse", "int3:asym:tensor:mse", "int8:tensor:mse",
                                 "fp4_e2m1:tensor:mse", "fp8_e4m3:tensor:mse", "fp8_e5m2:tensor:mse:s16"}) {
            const std::vector<float> values = weights(DType::bf16, 1500);
            const Scheme scheme = parse_scheme(text);
            const double got =
                what_if(MomentTable::build(values, DType::bf16), scheme)->answer.sums.error_squared;
            const double least = quantize_reference(scheme, values, {1, values.size()}).sums.error_squared;
            QVERIFY(got <= least * (1 + 1e-6));
        }
    }

    void levels_and_limits() {
        const MomentTable table = MomentTable::build(weights(DType::bf16, 100), DType::bf16);
        const WhatIf integer = what_if_grid(table, parse_scheme("int3:asym:tensor"), {0.5F, 3});
        QCOMPARE(integer.levels, (std::vector<float>{-1.5F, -1, -0.5F, 0, 0.5F, 1, 1.5F, 2}));
        QCOMPARE(integer.clip_low, -1.5F);
        QCOMPARE(integer.clip_high, 2.0F);
        const WhatIf log = what_if_grid(table, parse_scheme("log3:tensor"), {1, 0});
        QCOMPARE(log.levels, (std::vector<float>{-1, -0.5F, -0.25F, 0, 0.25F, 0.5F, 1}));
        QCOMPARE(what_if(table, parse_scheme("fp16"))->levels.size(),
                 std::size_t{63487});  // finite, one zero
        QCOMPARE(what_if(table, parse_scheme("fp16"))->clip_high, 65504.0F);
        QVERIFY(!what_if(table, parse_scheme("keep")));
        QVERIFY(!what_if(table, parse_scheme("q8_0")));
    }

    void float32_tables_come_close() {
        const std::vector<float> values = weights(DType::f32, 100'000);
        const MomentTable table = MomentTable::build(values);
        RangeScratch scratch;
        for (const char* text :
             {"int4:tensor:mse", "int8:tensor:mse", "int4:tensor:pct99.9", "int6:tensor:kl"}) {
            const Scheme scheme = parse_scheme(text);
            const std::optional<WhatIf> got = what_if(table, scheme);
            const UnitGrid grid = estimate_grid(scheme, values, scratch).grid;
            const WhatIf best = what_if_grid(table, scheme, grid);
            QVERIFY(close(got->answer.sums.error_squared, best.answer.sums.error_squared, 0.02));
        }
    }

    void nothing_but_zeros() {
        const MomentTable table = MomentTable::build(std::vector<float>(10, 0.0F), DType::f16);
        for (const char* text : {"int4:tensor", "int4:asym:tensor:mse", "log3:tensor:mse", "kmeans2:tensor",
                                 "int8:tensor:kl", "int8:tensor:pct99", "int4:tensor:gamma"}) {
            const std::optional<WhatIf> got = what_if(table, parse_scheme(text));
            QCOMPARE(got->answer.sums.error_squared, 0.0);
            QCOMPARE(got->answer.sums.count, 10U);
            QCOMPARE(got->levels, std::vector<float>{0});
        }
    }

    // A zero-point or clip limit dragged on a layer: one query a frame.
    void a_dragged_limit_is_answered_in_a_frame() {
        const MomentTable table = MomentTable::build(weights(DType::bf16, 1'000'000), DType::bf16);
        Scheme scheme = parse_scheme("int8:asym:tensor:clip-0.1..0.1");
        double sink = 0;
        QBENCHMARK {
            scheme.clip_high += 1e-6F;
            sink += what_if(table, scheme)->answer.sums.error_squared;
        }
        QVERIFY(sink > 0);
    }
};

QTEST_GUILESS_MAIN(TestWhatIf)
#include "test_what_if.moc"
