// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/log_levels.h"
#include "core/quantize/range.h"
#include "core/quantize/reference_range.h"
#include "core/tensor/float_conversion.h"
#include "tests/core/quantize/exhaustive_search.h"
#include "tests/core/quantize/mse_units.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// The smallest error with a float16 scale, by trying them all.
double smallest_error_s16(const Scheme& scheme, const WeightedValues& values) {
    const double low = std::min(0.0, values.front().first);
    const double high = std::max(0.0, values.back().first);
    const CodeLimits codes = code_limits(scheme);
    const double unclipped = std::max(high / codes.qmax, low / codes.qmin);
    double least = std::numeric_limits<double>::infinity();
    for (std::uint16_t bits = 1; bits < 0x7c00; ++bits) {
        const float scale = f16_to_f32(bits);
        if (scale > 0.2 * unclipped && scale < 2.1 * unclipped)
            least = std::min(least, error_of(scheme, {scale, 0}, values));
    }
    return least;
}

}  // namespace

class TestRangeMse : public QObject {
    Q_OBJECT
  private slots:
    void stays_close_to_the_smallest_error_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("symmetry");
        QTest::addColumn<bool>("s16");
        const char* const names[] = {"sym", "symfull", "asym"};
        for (const int bits : {2, 3, 4, 5, 8})
            for (const int symmetry : {0, 1, 2})
                for (const bool s16 : {false, true})
                    if (symmetry != 2 || (bits < 8 && !s16))
                        QTest::addRow("int%d %s %s", bits, names[symmetry], s16 ? "s16" : "s32")
                            << bits << symmetry << s16;
    }
    void stays_close_to_the_smallest_error() {
        QFETCH(int, bits);
        QFETCH(int, symmetry);
        QFETCH(bool, s16);
        const Scheme scheme =
            mse_scheme(bits, static_cast<Symmetry>(symmetry), s16 ? ScaleStorage::s16 : ScaleStorage::s32);
        RangeScratch scratch;
        Excess excess;
        for (const Shape shape : all_shapes)
            for (const std::size_t n : {1U, 2U, 7U, 32U, 64U, 128U, 1000U})
                for (unsigned seed = 1; seed <= 3; ++seed) {
                    if (n == 1000 && (seed > 1 || symmetry == 2)) continue;
                    const std::vector<float> unit = unit_of(shape, n, 100 * seed + unsigned(shape));
                    const WeightedValues values = weighted(unit);
                    double squared = 0;
                    for (const auto& [x, count] : values)
                        squared += count * x * x;
                    if (squared == 0) continue;
                    const EstimatedGrid estimated = estimate_grid(scheme, unit, scratch);
                    QVERIFY(!estimated.scale_lost);
                    // Float32 itself cannot come closer than some 1e-13 of Σx².
                    excess.add(error_of(scheme, estimated.grid, values),
                               s16 ? smallest_error_s16(scheme, values) : smallest_error(scheme, values),
                               1e-13 * squared, QString("shape %1, %2 values").arg(int(shape)).arg(n));
                }
        const double mean = excess.sum / excess.units;
        QVERIFY2(excess.worst <= 0.01, qPrintable(QString("%1: %2").arg(excess.where).arg(excess.worst)));
        QVERIFY2(mean <= 0.001, qPrintable(QString::number(mean)));
    }

    void agrees_with_the_plain_reference() {
        RangeScratch scratch;
        for (const Shape shape : all_shapes)
            for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym}) {
                const Scheme scheme = mse_scheme(4, symmetry, ScaleStorage::s32);
                const std::vector<float> unit = unit_of(shape, 96, 7);
                const reference::BestGrid best = reference::best_integer_grid(scheme, unit);
                const UnitGrid grid = estimate_grid(scheme, unit, scratch, {}, MseEffort::thorough).grid;
                const double got = error_of(scheme, grid, weighted(unit));
                const double expected =
                    error_of(scheme, {static_cast<float>(best.scale), best.zero_point}, weighted(unit));
                QVERIFY(got <= expected * 1.0001 + 1e-15);
            }
    }

    void high_bit_widths() {
        RangeScratch scratch;
        for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull}) {
            const Scheme scheme = mse_scheme(12, symmetry, ScaleStorage::s32);
            for (unsigned seed = 1; seed < 4; ++seed) {
                const std::vector<float> unit = unit_of(Shape::gaussian, 32, seed);
                const double got =
                    error_of(scheme, estimate_grid(scheme, unit, scratch).grid, weighted(unit));
                QVERIFY(got <= 1.01 * smallest_error(scheme, weighted(unit)));
            }
        }
    }

    // The same unit in other units of measure: powers of two change nothing but the scale.
    void very_small_and_very_large_values() {
        RangeScratch scratch;
        const std::vector<float> unit = unit_of(Shape::laplace, 128, 1);
        for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym}) {
            const Scheme scheme = mse_scheme(4, symmetry, ScaleStorage::s32);
            const UnitGrid grid = estimate_grid(scheme, unit, scratch).grid;
            for (const float factor : {0x1p-100F, 0x1p-40F, 0x1p60F, 0x1p126F}) {
                std::vector<float> scaled(unit);
                for (float& x : scaled)
                    x *= factor;
                const UnitGrid got = estimate_grid(scheme, scaled, scratch).grid;
                QCOMPARE(got.scale, grid.scale * factor);
                QCOMPARE(got.zero_point, grid.zero_point);
            }
        }
    }

    void log_levels_as_the_reference() {
        RangeScratch scratch;
        for (const Shape shape : all_shapes)
            for (const int bits : {2, 3, 4, 5})
                for (const bool half_octave : {false, true})
                    for (const std::size_t n : {1U, 7U, 128U}) {
                        Scheme scheme;
                        scheme.family = Family::logarithmic;
                        scheme.bits = bits;
                        scheme.half_octave = half_octave;
                        scheme.range = Range::mse;
                        const std::vector<float> unit = unit_of(shape, n, 5);
                        const UnitGrid grid = estimate_grid(scheme, unit, scratch).grid;
                        if (*std::max_element(unit.begin(), unit.end()) == 0 && grid.scale == 0) continue;
                        const int step = reference::best_log_step(scheme, unit);
                        QCOMPARE(grid.scale, reference::log_level(scheme, step));
                    }
    }

    // A weight alone gets the level nearest to it in the log domain.
    void log_levels_next_to_the_midpoints() {
        RangeScratch scratch;
        Scheme scheme = parse_scheme("log4:mse");
        for (const bool half_octave : {false, true}) {
            scheme.half_octave = half_octave;
            for (const int exponent : {-140, -126, -30, 0, 17, 126})
                for (const double quarter : {0.0, 0.25, 0.5, 0.75}) {
                    const auto middle = static_cast<float>(std::exp2(exponent + quarter));
                    for (const float x :
                         {std::nextafter(middle, 0.0F), middle, -std::nextafter(middle, 2 * middle)}) {
                        const UnitGrid grid = estimate_grid(scheme, std::vector<float>{x}, scratch).grid;
                        QVERIFY(grid.scale == nearest_log_level(scheme, std::fabs(x)));
                    }
                }
        }
    }

    void not_finite_zero_and_single() {
        RangeScratch scratch;
        const float infinity = std::numeric_limits<float>::infinity();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const Scheme scheme = mse_scheme(4, Symmetry::sym, ScaleStorage::s32);
        const std::vector<float> clean{0.5F, -0.25F, 0.125F, 1.0F};
        const std::vector<float> dirty{nan, 0.5F, -infinity, -0.25F, 0.125F, infinity, 1.0F};
        QCOMPARE(estimate_grid(scheme, dirty, scratch).grid, estimate_grid(scheme, clean, scratch).grid);
        const std::vector<float> nothing{nan, 0.0F, -0.0F, infinity};
        for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym}) {
            const Scheme each = mse_scheme(4, symmetry, ScaleStorage::s16);
            QCOMPARE(estimate_grid(each, nothing, scratch).grid, UnitGrid{});
            QCOMPARE(estimate_grid(each, {}, scratch).grid, UnitGrid{});
        }
        QVERIFY(estimate_grid(mse_scheme(4, Symmetry::sym, ScaleStorage::s16), std::vector<float>{1e-30F},
                              scratch)
                    .scale_lost);
    }
};

QTEST_GUILESS_MAIN(TestRangeMse)
#include "test_range_mse.moc"
