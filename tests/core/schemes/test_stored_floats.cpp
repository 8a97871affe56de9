// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/stored_floats.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace halfstep;

namespace {

constexpr FloatFormat all[] = {FloatFormat::fp32,     FloatFormat::fp16,     FloatFormat::bf16,
                               FloatFormat::fp8_e4m3, FloatFormat::fp8_e5m2, FloatFormat::fp6_e2m3,
                               FloatFormat::fp6_e3m2, FloatFormat::fp4_e2m1};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// By the definition of the fields.
double from_fields(const FloatFields& fields, std::uint32_t pattern) {
    const std::uint32_t mantissa = pattern & ((1U << fields.mantissa_bits) - 1);
    const auto exponent =
        static_cast<int>(pattern >> fields.mantissa_bits & ((1U << fields.exponent_bits) - 1));
    const double fraction = std::ldexp(mantissa, -fields.mantissa_bits);
    const double magnitude = exponent == 0 ? std::ldexp(fraction, 1 - fields.bias)
                                           : std::ldexp(1 + fraction, exponent - fields.bias);
    return (pattern & fields.sign_bit()) != 0 ? -magnitude : magnitude;
}

}  // namespace

class TestStoredFloats : public QObject {
    Q_OBJECT
  private slots:
    void formats_are_divided_as_their_names_say() {
        const int expected[][3] = {{8, 23, 127}, {5, 10, 15}, {8, 7, 127}, {4, 3, 7},
                                   {5, 2, 15},   {2, 3, 1},   {3, 2, 3},   {2, 1, 1}};
        for (std::size_t i = 0; i < std::size(all); ++i) {
            const FloatFields fields = float_fields(all[i]);
            QCOMPARE(fields.exponent_bits, expected[i][0]);
            QCOMPARE(fields.mantissa_bits, expected[i][1]);
            QCOMPARE(fields.bias, expected[i][2]);
        }
    }

    // Every pattern (of fp32, every 65,521st) has the value that its fields say, and is the nearest to it.
    void patterns_and_values_belong_together() {
        for (const FloatFormat format : all) {
            const FloatFields fields = float_fields(format);
            const std::uint32_t step = format == FloatFormat::fp32 ? 65'521 : 1;
            for (std::uint32_t pattern = 0; pattern <= largest_finite(format); pattern += step) {
                for (const std::uint32_t sign : {0U, fields.sign_bit()}) {
                    const double value = float_value(format, pattern | sign);
                    QVERIFY(value == from_fields(fields, pattern | sign));
                    QCOMPARE(nearest_float(format, value), pattern | sign);
                }
            }
        }
    }

    // IEEE 754 and the OCP specifications.
    void ends_are_where_the_standards_say() {
        const double largest[] = {
            3.4028234663852886e38, 65504, 3.3895313892515355e38, 448, 57344, 7.5, 28, 6};
        const double normal[] = {0x1p-126, 0x1p-14, 0x1p-126, 0x1p-6, 0x1p-14, 1, 0.25, 1};
        const double smallest[] = {0x1p-149, 0x1p-24, 0x1p-133, 0x1p-9, 0x1p-16, 0.125, 0.0625, 0.5};
        for (std::size_t i = 0; i < std::size(all); ++i) {
            QVERIFY(float_value(all[i], largest_finite(all[i])) == largest[i]);
            QVERIFY(float_value(all[i], smallest_normal(all[i])) == normal[i]);
            QVERIFY(float_value(all[i], 1) == smallest[i]);
            QCOMPARE(float_kind(all[i], 0), FloatKind::zero);
            QCOMPARE(float_kind(all[i], 1), FloatKind::subnormal);
            QCOMPARE(float_kind(all[i], smallest_normal(all[i])), FloatKind::normal);
        }
    }

    // 0.1 = 2^-4 · 1.6: mantissas 0.6·2^m rounded are 5033165, 614, 77, 5 and 2; in FP4 the nearest is 0.
    void a_tenth_is_rounded() {
        const std::uint32_t expected[] = {0x3DCCCCCD, 0x2E66, 0x3DCD, 0x1D, 0x2E};
        for (std::size_t i = 0; i < std::size(expected); ++i)
            QCOMPARE(nearest_float(all[i], 0.1), expected[i]);
        QCOMPARE(nearest_float(FloatFormat::fp4_e2m1, 0.1), 0U);
        QCOMPARE(nearest_float(FloatFormat::fp4_e2m1, 0.25), 0U);    // half-way to 0.5: even
        QCOMPARE(nearest_float(FloatFormat::fp4_e2m1, -0.75), 10U);  // half-way to 1, which is even
        QCOMPARE(nearest_float(FloatFormat::fp4_e2m1, 1000), 7U);
    }

    void infinity_and_nan_are_where_there_is_room_for_them() {
        for (const FloatFormat format :
             {FloatFormat::fp32, FloatFormat::fp16, FloatFormat::bf16, FloatFormat::fp8_e5m2}) {
            QCOMPARE(float_kind(format, nearest_float(format, infinity)), FloatKind::infinity);
            QVERIFY(float_value(format, nearest_float(format, -infinity)) == -infinity);
            QCOMPARE(float_kind(format, nearest_float(format, not_a_number)), FloatKind::nan);
            QVERIFY(std::isnan(float_value(format, nearest_float(format, not_a_number))));
        }
        QCOMPARE(nearest_float(FloatFormat::fp8_e4m3, infinity), 0x7EU);
        QCOMPARE(nearest_float(FloatFormat::fp8_e4m3, not_a_number), 0x7FU);
        QCOMPARE(float_kind(FloatFormat::fp8_e4m3, 0xFF), FloatKind::nan);
        QCOMPARE(float_kind(FloatFormat::fp8_e4m3, 0x78), FloatKind::normal);  // 256
        QCOMPARE(nearest_float(FloatFormat::fp4_e2m1, not_a_number), 7U);
    }
};

QTEST_GUILESS_MAIN(TestStoredFloats)
#include "test_stored_floats.moc"
