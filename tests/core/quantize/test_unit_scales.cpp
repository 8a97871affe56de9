// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/range.h"
#include "core/quantize/unit_scales.h"
#include "tests/core/quantize/exhaustive_search.h"
#include "tests/core/quantize/mse_units.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

struct UnitLimits {
    std::vector<float> low;
    std::vector<float> high;
};

UnitLimits limits_of(const std::vector<float>& values, std::size_t unit) {
    UnitLimits limits;
    for (std::size_t first = 0; first < values.size(); first += unit) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = begin + static_cast<std::ptrdiff_t>(std::min(unit, values.size() - first));
        limits.low.push_back(*std::min_element(begin, end));
        limits.high.push_back(*std::max_element(begin, end));
    }
    return limits;
}

}  // namespace

class TestUnitScales : public QObject {
    Q_OBJECT
  private slots:
    void stays_close_to_the_smallest_error_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("symmetry");
        QTest::addColumn<int>("size");
        for (const int bits : {2, 3, 4, 5})
            for (const int symmetry : {0, 1})
                for (const int size : {16, 32, 64, 128, 256, 1000})
                    QTest::addRow("int%d %s g%d", bits, symmetry == 0 ? "sym" : "symfull", size)
                        << bits << symmetry << size;
    }

    // Of every kind of weights, 40 units; the last one shorter.
    void stays_close_to_the_smallest_error() {
        QFETCH(int, bits);
        QFETCH(int, symmetry);
        QFETCH(int, size);
        const auto unit = static_cast<std::size_t>(size);
        const Scheme scheme = mse_scheme(bits, static_cast<Symmetry>(symmetry), ScaleStorage::s32);
        QVERIFY(UnitScales::suits(scheme, unit));
        Excess excess;
        UnitScales scales;
        for (const Shape shape : all_shapes) {
            std::vector<float> values;
            for (unsigned seed = 1; seed <= (size < 1000 ? 40U : 6U); ++seed) {
                const std::vector<float> one = unit_of(shape, unit, 1000 * seed + unsigned(shape));
                values.insert(values.end(), one.begin(), one.end());
            }
            values.resize(values.size() - unit / 3);
            const UnitLimits limits = limits_of(values, unit);
            const std::span<const float> found = scales.find(scheme, values, unit, limits.low, limits.high);
            QCOMPARE(found.size(), limits.low.size());
            for (std::size_t i = 0; i < found.size(); ++i) {
                const std::size_t first = i * unit;
                const WeightedValues weights = weighted(
                    std::span<const float>(values).subspan(first, std::min(unit, values.size() - first)));
                double squared = 0;
                for (const auto& [x, count] : weights)
                    squared += count * x * x;
                excess.add(error_of(scheme, {found[i], 0}, weights), smallest_error(scheme, weights),
                           1e-13 * squared, QString("shape %1, unit %2").arg(int(shape)).arg(i));
            }
        }
        const double mean = excess.sum / excess.units;
        QVERIFY2(excess.worst <= 0.01, qPrintable(QString("%1: %2").arg(excess.where).arg(excess.worst)));
        QVERIFY2(mean <= 0.001, qPrintable(QString::number(mean)));
    }

    void units_of_any_magnitude() {
        const Scheme scheme = mse_scheme(4, Symmetry::sym, ScaleStorage::s32);
        const std::vector<float> plain = unit_of(Shape::gaussian, 64, 5);
        UnitScales scales;
        const UnitLimits limits = limits_of(plain, 64);
        const float expected = scales.find(scheme, plain, 64, limits.low, limits.high)[0];
        for (const int exponent : {-110, -60, 60, 120}) {
            std::vector<float> values;
            for (const float x : plain)
                values.push_back(std::ldexp(x, exponent));
            const UnitLimits moved = limits_of(values, 64);
            QVERIFY(scales.find(scheme, values, 64, moved.low, moved.high)[0] ==
                    std::ldexp(expected, exponent));
        }
    }

    // All with the same code k: the best scale is the float32 number next to x/k.
    void equal_weights_get_the_nearest_scale() {
        for (const float value : {0.37F, -1.2345678F, 3e-9F}) {
            const std::vector<float> values(40, value);
            const UnitLimits limits = limits_of(values, 40);
            UnitScales scales;
            for (const int bits : {2, 3, 4, 5}) {
                const Scheme scheme = mse_scheme(bits, Symmetry::sym, ScaleStorage::s32);
                const float scale = scales.find(scheme, values, 40, limits.low, limits.high)[0];
                const float code = std::nearbyint(value / scale);
                QVERIFY(scale == static_cast<float>(static_cast<double>(value) / static_cast<double>(code)));
            }
        }
    }

    // As the ranges have it (range.h): x could not be multiplied by the reciprocal.
    void a_scale_without_a_reciprocal_is_zero() {
        std::vector<float> values = unit_of(Shape::gaussian, 64, 9);
        for (float& x : values)
            x *= 1e-38F;
        const UnitLimits limits = limits_of(values, 64);
        QVERIFY(limits.high[0] > 0);
        UnitScales scales;
        for (const int bits : {2, 4, 5}) {
            const Scheme scheme = mse_scheme(bits, Symmetry::sym, ScaleStorage::s32);
            QVERIFY(scales.find(scheme, values, 64, limits.low, limits.high)[0] == 0);
        }
    }

    void zero_units_and_neighbours() {
        const Scheme scheme = mse_scheme(3, Symmetry::symfull, ScaleStorage::s32);
        std::vector<float> values(20 * 16, 0.0F);
        values[7 * 16 + 3] = -4;  // one weight alone is represented exactly
        UnitScales scales;
        const UnitLimits limits = limits_of(values, 16);
        const std::span<const float> found = scales.find(scheme, values, 16, limits.low, limits.high);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i != 7) QVERIFY(found[i] == 0);
        }
        const double codes = 4 / static_cast<double>(found[7]);
        QVERIFY(std::fabs(codes - std::round(codes)) < 1e-6 && codes <= 4);
    }

    void every_instruction_set_finds_the_same_codes() {
        std::vector<float> x(16 * 77);
        const std::vector<float> unit = unit_of(Shape::laplace, x.size(), 3);
        std::copy(unit.begin(), unit.end(), x.begin());
        std::vector<float> unclipped(16);
        for (std::size_t lane = 0; lane < 16; ++lane)
            for (std::size_t row = 0; row < 77; ++row)
                unclipped[lane] = std::max(unclipped[lane], std::fabs(x[16 * row + lane]));
        for (float& t : unclipped)
            t = 7 / t;
        unclipped[5] = 0;
        const std::vector<float> position = {0.6F, 0.8F, 1.0F, 1.2F, 1.5F, 2.0F};
        const std::vector<float> step(6, 0.2F);
        const kernels::ScaleScanPlan plan{position.data(), step.data(), position.size(), -7, 7};
        const auto codes_by = [&](const kernels::KernelTable& table) {
            std::vector<double> sums(32);
            table.find_codes(x.data(), 77, unclipped.data(), plan, sums.data(), sums.data() + 16);
            return sums;
        };
        const std::vector<double> expected = codes_by(*kernels::available_kernel_tables().front());
        QCOMPARE(expected[5], 0.0);
        QVERIFY(expected[0] > 0);
        for (const kernels::KernelTable* table : kernels::available_kernel_tables())
            QCOMPARE(codes_by(*table), expected);
    }
};

QTEST_GUILESS_MAIN(TestUnitScales)
#include "test_unit_scales.moc"
