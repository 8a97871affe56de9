// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/reference.h"
#include "core/quantize/uniform_value.h"

#include <QTest>

#include <random>
#include <vector>

using namespace halfstep;

class TestUniformValue : public QObject {
    Q_OBJECT
  private slots:
    // int4 over [-1, 2]: s = 3/15 = 0.2, z = 5. 0.73/0.2 = 3.65, so that q = 4 + 5, and x̂ = 0.8.
    void goes_the_way_of_the_definition() {
        const Scheme scheme = parse_scheme("int4:asym:tensor");
        const UnitGrid grid = grid_from_limits(scheme, -1, 2).grid;
        QVERIFY(grid.scale == 3.0F / 15);
        QCOMPARE(grid.zero_point, 5);
        const CodedValue inside = quantize_value(scheme, grid, 0.73F);
        QCOMPARE(inside.code, 9);
        QVERIFY(inside.value == grid.scale * 4);
        QVERIFY(!inside.clipped);
        const CodedValue above = quantize_value(scheme, grid, 2.5F);
        QCOMPARE(above.code, 15);
        QVERIFY(above.value == grid.scale * 10);
        QVERIFY(above.clipped);
        QCOMPARE(quantize_value(scheme, grid, -7).code, 0);
        QCOMPARE(quantize_value(scheme, grid, 0).code, 5);
    }

    // Half to even: with s = 1 (int4, largest 7), 0.5 goes to 0 and 1.5 to 2.
    void halves_go_to_even_codes() {
        const Scheme scheme = parse_scheme("int4:tensor");
        const UnitGrid grid = grid_from_limits(scheme, -7, 7).grid;
        QCOMPARE(quantize_value(scheme, grid, 0.5F).code, 0);
        QCOMPARE(quantize_value(scheme, grid, 1.5F).code, 2);
        QCOMPARE(quantize_value(scheme, grid, -2.5F).code, -2);
        QCOMPARE(quantize_value(scheme, {}, 3).code, 0);
        QVERIFY(quantize_value(scheme, {}, 3).value == 0);
    }

    void does_what_the_reference_does() {
        std::mt19937 random(5);
        std::normal_distribution<float> normal(0.3F, 1);
        std::vector<float> values(500);
        for (float& value : values)
            value = normal(random);
        for (const char* notation : {"int2:tensor", "int3:asym:tensor", "int4:symfull:tensor",
                                     "int8:asym:tensor", "int16:asym:tensor", "int4:tensor:clip1"}) {
            const Scheme scheme = parse_scheme(notation);
            const ReferenceResult expected = quantize_reference(scheme, values, {1, values.size()});
            const UnitGrid grid{expected.scales[0],
                                expected.zero_points.empty() ? 0 : expected.zero_points[0]};
            std::uint64_t clipped = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const CodedValue coded = quantize_value(scheme, grid, values[i]);
                QCOMPARE(coded.code, expected.codes[i]);
                QVERIFY(coded.value == expected.reconstruction[i]);
                clipped += coded.clipped ? 1 : 0;
            }
            QCOMPARE(clipped, expected.sums.clipped);
        }
    }
};

QTEST_GUILESS_MAIN(TestUniformValue)
#include "test_uniform_value.moc"
