// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range.h"
#include "core/quantize/unit_search.h"
#include "tests/core/quantize/exhaustive_search.h"
#include "tests/core/quantize/mse_units.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Limits limits_of(const std::vector<float>& values) {
    return {*std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end())};
}

Scheme scheme_of(int bits, Symmetry symmetry) {
    return mse_scheme(bits, symmetry, ScaleStorage::s32);
}

}  // namespace

class TestUnitSearch : public QObject {
    Q_OBJECT
  private slots:
    void stays_close_to_the_smallest_error_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("symmetry");
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("units");
        const char* const names[] = {"sym", "symfull", "asym"};
        const auto add = [&](int bits, int symmetry, int size, int units) {
            QTest::addRow("int%d %s g%d", bits, names[symmetry], size) << bits << symmetry << size << units;
        };
        for (const int size : {16, 32, 64, 128, 200}) {
            for (const int bits : {2, 3, 4, 5})
                add(bits, 2, size, size < 128 ? 30 : 12);
            for (const int bits : {4, 6, 7, 8})
                add(bits, 0, size, 30);
        }
        add(8, 1, 128, 12);
        add(4, 0, 3000, 4);
        add(8, 0, 3000, 4);
        add(6, 2, 64, 5);
        add(8, 2, 24, 2);
    }

    void stays_close_to_the_smallest_error() {
        QFETCH(int, bits);
        QFETCH(int, symmetry);
        QFETCH(int, size);
        QFETCH(int, units);
        const Scheme scheme = scheme_of(bits, static_cast<Symmetry>(symmetry));
        UnitSearch search;
        Excess excess;
        for (const Shape shape : all_shapes)
            for (int unit = 1; unit <= units; ++unit) {
                const std::vector<float> values =
                    unit_of(shape, static_cast<std::size_t>(size), 1000U * unsigned(unit) + unsigned(shape));
                const Limits limits = limits_of(values);
                if (!UnitSearch::suits(scheme, values, limits)) continue;
                const WeightedValues weights = weighted(values);
                double squared = 0;
                for (const auto& [x, count] : weights)
                    squared += count * x * x;
                const EstimatedGrid found = search.find(scheme, values, limits);
                excess.add(error_of(scheme, found.grid, weights), smallest_error(scheme, weights),
                           1e-13 * squared, QString("shape %1, unit %2").arg(int(shape)).arg(unit));
            }
        QVERIFY(excess.units > 5 * units);
        const double mean = excess.sum / excess.units;
        QVERIFY2(excess.worst <= 0.01, qPrintable(QString("%1: %2").arg(excess.where).arg(excess.worst)));
        QVERIFY2(mean <= 0.001, qPrintable(QString::number(mean)));
    }

    // Quantizing what was quantized before loses nothing.
    void finds_the_lattice_that_weights_are_on() {
        UnitSearch search;
        for (const int bits : {4, 5, 6, 7, 8})
            for (const Symmetry symmetry : {Symmetry::sym, Symmetry::asym})
                for (const std::size_t n : {64U, 128U, 4096U}) {
                    const Scheme scheme = scheme_of(bits, symmetry);
                    const CodeLimits codes = code_limits(scheme);
                    std::vector<float> values = unit_of(Shape::gaussian, n, 31U * unsigned(bits));
                    const float largest = std::max(-limits_of(values).low, limits_of(values).high);
                    const auto reach = static_cast<float>((codes.qmax - codes.qmin) / 2);
                    for (float& x : values)
                        x = 0.37F * std::nearbyint(x / largest * reach * 0.8F);
                    if (!UnitSearch::suits(scheme, values, limits_of(values))) continue;
                    const UnitGrid grid = search.find(scheme, values, limits_of(values)).grid;
                    double squared = 0;
                    for (const float x : values)
                        squared += static_cast<double>(x) * static_cast<double>(x);
                    const double error = error_of(scheme, grid, weighted(values));
                    QVERIFY2(error <= 1e-12 * squared,
                             qPrintable(QString("int%1, %2 weights: %3").arg(bits).arg(n).arg(grid.scale)));
                }
    }

    void what_it_is_not_for() {
        const std::vector<float> few{0.5F, -0.25F, 0.125F, 1.0F, 0, 0, 0.5F, 1, 1, 1, 1, 1, 1, 1};
        const std::vector<float> many = unit_of(Shape::gaussian, 64, 1);
        QVERIFY(UnitSearch::suits(scheme_of(8, Symmetry::asym), many, limits_of(many)));
        QVERIFY(!UnitSearch::suits(scheme_of(8, Symmetry::asym), few, limits_of(few)));
        QVERIFY(!UnitSearch::suits(scheme_of(9, Symmetry::sym), many, limits_of(many)));
        std::vector<float> tiny(many);
        for (float& x : tiny)
            x = std::ldexp(x, -70);
        QVERIFY(!UnitSearch::suits(scheme_of(4, Symmetry::sym), tiny, limits_of(tiny)));
    }
};

QTEST_GUILESS_MAIN(TestUnitSearch)
#include "test_unit_search.moc"
