// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/grid.h"

#include <QTest>

#include <limits>
#include <vector>

using namespace halfstep;

namespace {

std::vector<float> levels(const char* notation, float scale, int zero_point = 0) {
    return grid_levels(parse_scheme(notation), scale, zero_point);
}

}  // namespace

class TestGrid : public QObject {
    Q_OBJECT
  private slots:
    void integer_levels_are_multiples_of_the_scale() {
        QCOMPARE(levels("int2", 0.5F), (std::vector<float>{-0.5F, 0, 0.5F}));
        QCOMPARE(levels("int2:symfull", 0.5F), (std::vector<float>{-1, -0.5F, 0, 0.5F}));
        QCOMPARE(levels("int2:asym", 0.5F, 0), (std::vector<float>{0, 0.5F, 1, 1.5F}));
        QCOMPARE(levels("int2:asym", 0.5F, 3), (std::vector<float>{-1.5F, -1, -0.5F, 0}));
        QCOMPARE(levels("int16", 1.0F).size(), std::size_t{65535});
        QCOMPARE(levels("int16:asym", 1.0F, 7).front(), -7.0F);
    }

    void log_levels_halve() {
        // log3: 3 positive levels, 8, 4 and 2.
        QCOMPARE(levels("log3", 8.0F), (std::vector<float>{-8, -4, -2, 0, 2, 4, 8}));
    }

    void half_octave_levels_are_the_nearest_floats() {
        const float root = 1.41421354F;  // the float32 nearest to the root of 2
        QCOMPARE(levels("log3:sqrt2", 2.0F), (std::vector<float>{-2, -root, -1, 0, 1, root, 2}));
        QCOMPARE(levels("log3:sqrt2", root),
                 (std::vector<float>{-root, -1, -root / 2, 0, root / 2, 1, root}));
    }

    void equal_levels_appear_once() {
        // Below the smallest subnormal 2^-149 levels become 0.
        const float tiny = std::numeric_limits<float>::denorm_min();
        QCOMPARE(levels("log4", tiny), (std::vector<float>{-tiny, 0, tiny}));
        QCOMPARE(levels("int4", 0.0F), (std::vector<float>{0}));
        QCOMPARE(levels("log4", 0.0F), (std::vector<float>{0}));
    }

    void other_families_have_no_levels_from_a_scale() {
        for (const char* notation : {"kmeans4", "fp16", "q4_0", "keep"})
            QVERIFY(levels(notation, 1.0F).empty());
    }
};

QTEST_GUILESS_MAIN(TestGrid)
#include "test_grid.moc"
