// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/grid.h"

#include <QTest>

#include <algorithm>
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

    // Values of the format documents: OCP 8-bit floating point, OCP Microscaling, bitsandbytes.
    void small_floats() {
        QCOMPARE(levels("fp4_e2m1", 1.0F),
                 (std::vector<float>{-6, -4, -3, -2, -1.5F, -1, -0.5F, 0, 0.5F, 1, 1.5F, 2, 3, 4, 6}));
        const std::vector<float> e4m3 = levels("fp8_e4m3", 1.0F);
        QCOMPARE(e4m3.size(), std::size_t{253});
        QVERIFY(e4m3.back() == 448 && e4m3[251] == 416 && e4m3[127] == 0x1p-9F);
        QVERIFY(std::find(e4m3.begin(), e4m3.end(), 0x1p-6F) == e4m3.begin() + 126 + 8);
        const std::vector<float> e5m2 = levels("fp8_e5m2", 1.0F);
        QVERIFY(e5m2.size() == 247 && e5m2.back() == 57344 && e5m2[124] == 0x1p-16F);
        const std::vector<float> e2m3 = levels("fp6_e2m3", 1.0F);
        QVERIFY(e2m3.size() == 63 && e2m3.back() == 7.5F && e2m3[32] == 0.125F);
        const std::vector<float> e3m2 = levels("fp6_e3m2", 1.0F);
        QVERIFY(e3m2.size() == 63 && e3m2.back() == 28 && e3m2[32] == 0.0625F);
        const std::vector<float> nf4 = levels("nf4", 2.0F);
        QVERIFY(nf4.size() == 16 && nf4.front() == -2 && nf4[7] == 0 && nf4[8] == 2 * 0.07958029955625534F &&
                nf4.back() == 2);
    }

    void other_families_have_no_levels_from_a_scale() {
        for (const char* notation : {"kmeans4", "fp16", "q4_0", "keep"})
            QVERIFY(levels(notation, 1.0F).empty());
    }
};

QTEST_GUILESS_MAIN(TestGrid)
#include "test_grid.moc"
