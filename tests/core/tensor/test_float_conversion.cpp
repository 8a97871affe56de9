// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/float_conversion.h"
#include "tests/support/test_data.h"

#include <QProcess>
#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace halfstep;

namespace {

// What tests/oracle/half_floats.py makes of `input`.
template <typename To, typename From>
std::vector<To> by_numpy(const std::filesystem::path& python, const char* mode,
                         const std::vector<From>& input) {
    QProcess process;
    process.start(
        QString::fromStdString(python.string()),
        {QString::fromStdString(testing::project_path("tests/oracle/half_floats.py").string()), mode});
    process.write(reinterpret_cast<const char*>(input.data()),
                  static_cast<qint64>(input.size() * sizeof(From)));
    process.closeWriteChannel();
    process.waitForFinished();
    const QByteArray output = process.readAllStandardOutput();
    std::vector<To> result(static_cast<std::size_t>(output.size()) / sizeof(To));
    if (!result.empty()) std::memcpy(result.data(), output.constData(), result.size() * sizeof(To));
    return result;
}

std::vector<std::uint16_t> all_patterns() {
    std::vector<std::uint16_t> patterns;
    for (std::uint32_t bits = 0; bits < 65536; ++bits)
        patterns.push_back(static_cast<std::uint16_t>(bits));
    return patterns;
}

std::uint32_t bits_of(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

}  // namespace

class TestFloatConversion : public QObject {
    Q_OBJECT
  private slots:
    void known_halves_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<float>("value");
        QTest::newRow("zero") << 0x0000 << 0.0F;
        QTest::newRow("one") << 0x3c00 << 1.0F;
        QTest::newRow("minus two") << 0xc000 << -2.0F;
        QTest::newRow("largest") << 0x7bff << 65504.0F;
        QTest::newRow("smallest normal") << 0x0400 << 0x1p-14F;
        QTest::newRow("smallest") << 0x0001 << 0x1p-24F;
        QTest::newRow("a third") << 0x3555 << 0x1.554p-2F;
        QTest::newRow("infinity") << 0x7c00 << std::numeric_limits<float>::infinity();
        QTest::newRow("minus infinity") << 0xfc00 << -std::numeric_limits<float>::infinity();
    }

    void known_halves() {
        QFETCH(int, bits);
        QFETCH(float, value);
        QCOMPARE(bits_of(f16_to_f32(static_cast<std::uint16_t>(bits))), bits_of(value));
        QCOMPARE(static_cast<int>(f32_to_f16(value)), bits);
    }

    void ties_go_to_even() {
        QCOMPARE(f32_to_f16(1.0F + 0x1p-11F), std::uint16_t{0x3c00});
        QCOMPARE(f32_to_f16(1.0F + 0x3p-11F), std::uint16_t{0x3c02});
        QCOMPARE(f32_to_f16(0x1p-25F), std::uint16_t{0});
        QCOMPARE(f32_to_f16(0x3p-25F), std::uint16_t{2});
        QCOMPARE(f32_to_f16(65519.996F), std::uint16_t{0x7bff});
        QCOMPARE(f32_to_f16(65520.0F), std::uint16_t{0x7c00});
        QCOMPARE(f32_to_bf16(1.0F + 0x1p-8F), std::uint16_t{0x3f80});
        QCOMPARE(f32_to_bf16(1.0F + 0x3p-8F), std::uint16_t{0x3f82});
        QCOMPARE(f32_to_bf16(std::numeric_limits<float>::max()), std::uint16_t{0x7f80});
    }

    void nan_stays_nan() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(f32_to_f16(nan), std::uint16_t{0x7e00});
        QCOMPARE(f32_to_f16(-nan), std::uint16_t{0xfe00});
        QVERIFY(std::isnan(bf16_to_f32(f32_to_bf16(std::bit_cast<float>(0x7f800001U)))));
        QVERIFY(std::isnan(f16_to_f32(0x7c01)));
    }

    void every_bf16_is_the_upper_half_of_a_float() {
        for (const std::uint16_t bits : all_patterns()) {
            const float value = bf16_to_f32(bits);
            QCOMPARE(bits_of(value), static_cast<std::uint32_t>(bits) << 16U);
            if (!std::isnan(value)) QCOMPARE(f32_to_bf16(value), bits);
        }
    }

    void every_half_widens_as_in_numpy() {
        const auto python = testing::python_with_numpy();
        if (!python) QSKIP("no Python with NumPy here");
        const std::vector<std::uint16_t> patterns = all_patterns();
        const auto expected = by_numpy<std::uint32_t>(*python, "widen", patterns);
        QCOMPARE(expected.size(), patterns.size());
        for (std::size_t index = 0; index < patterns.size(); ++index)
            QCOMPARE(bits_of(f16_to_f32(patterns[index])), expected[index]);
    }

    // Each half, the points midway between neighbours, and the floats just beside these.
    void narrowing_rounds_as_in_numpy() {
        const auto python = testing::python_with_numpy();
        if (!python) QSKIP("no Python with NumPy here");
        std::vector<float> values;
        for (const std::uint16_t bits : all_patterns()) {
            if ((bits & 0x7fffU) >= 0x7c00U) continue;
            const double low = f16_to_f32(bits);
            const bool largest = (bits & 0x7fffU) == 0x7bffU;
            const double high = largest
                                    ? std::copysign(65536.0, low)
                                    : static_cast<double>(f16_to_f32(static_cast<std::uint16_t>(bits + 1)));
            const auto middle = static_cast<float>((low + high) / 2);
            const float infinity = std::numeric_limits<float>::infinity();
            values.insert(values.end(), {static_cast<float>(low), middle, std::nextafter(middle, infinity),
                                         std::nextafter(middle, -infinity)});
        }
        const auto expected = by_numpy<std::uint16_t>(*python, "narrow", values);
        QCOMPARE(expected.size(), values.size());
        for (std::size_t index = 0; index < values.size(); ++index)
            QCOMPARE(f32_to_f16(values[index]), expected[index]);
    }
};

QTEST_GUILESS_MAIN(TestFloatConversion)
#include "test_float_conversion.moc"
