// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/block_scales.h"
#include "core/quantize/nested_scales.h"
#include "core/quantize/reference.h"
#include "core/schemes/grid.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace halfstep;

namespace {

using Values = std::vector<float>;

ReferenceResult quantized(const char* notation, const Values& values, std::uint64_t channels = 1) {
    return quantize_reference(parse_scheme(notation), values, {channels, values.size() / channels});
}

}  // namespace

// Scales of few bits. Every expected number is worked out beside it.
class TestBlockScales : public QObject {
    Q_OBJECT
  private slots:
    void powers_of_two_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<float>("largest");
        QTest::addColumn<float>("scale");
        const auto row = [](const char* name, FloatFormat format, float largest, float scale) {
            QTest::newRow(name) << static_cast<int>(format) << largest << scale;
        };
        // e_max: 6 = 1.5·2^2, 7.5 = 1.875·2^2, 28 = 1.75·2^4, 448 = 1.75·2^8, 57344 = 1.75·2^15, 127/64 < 2.
        row("e2m1", FloatFormat::mxfp4, 1, 0.25F);
        row("just below 2", FloatFormat::mxfp4, 0x1.fffffep0F, 0.25F);
        row("2", FloatFormat::mxfp4, 2, 0.5F);
        row("e2m3", FloatFormat::mxfp6_e2m3, 5, 1);
        row("e3m2", FloatFormat::mxfp6_e3m2, 5, 0.25F);
        row("e4m3", FloatFormat::mxfp8_e4m3, 448, 1);
        row("e5m2", FloatFormat::mxfp8_e5m2, 1, 0x1p-15F);
        row("mxint8", FloatFormat::mxint8, 1.99F, 1);
        row("nothing", FloatFormat::mxfp4, 0, 0x1p-127F);
        row("smallest float32", FloatFormat::mxint8, 0x1p-149F, 0x1p-127F);
        row("2^-126", FloatFormat::mxint8, 0x1p-126F, 0x1p-126F);
        row("2^-124", FloatFormat::mxfp4, 0x1p-124F, 0x1p-126F);
        row("2^-125, at the limit", FloatFormat::mxfp4, 0x1p-125F, 0x1p-127F);
        row("2^-126, beyond it", FloatFormat::mxfp4, 0x1p-126F, 0x1p-127F);
        row("largest float32", FloatFormat::mxint8, std::numeric_limits<float>::max(), 0x1p127F);
    }
    void powers_of_two() {
        QFETCH(int, format);
        QFETCH(float, largest);
        QFETCH(float, scale);
        QVERIFY(e8m0_scale(static_cast<FloatFormat>(format), largest) == scale);
    }

    void two_levels() {
        // T = 2688/2688 = 1, 6T = 6: a group up to 6·b has the scale b where E4M3 holds b.
        QVERIFY(nvfp4_tensor_scale(2688) == 1);
        QVERIFY(nvfp4_scale(2688, 1) == 448);
        QVERIFY(nvfp4_scale(6, 1) == 1);
        QVERIFY(nvfp4_scale(6 * 1.0625F, 1) == 1);      // between 1 and 1.125, to the even mantissa
        QVERIFY(nvfp4_scale(6 * 1.1875F, 1) == 1.25F);  // between 1.125 and 1.25
        QVERIFY(nvfp4_scale(3e-4F, 1) == 0x1p-9F);      // 5e-5, clamped
        QVERIFY(nvfp4_scale(0, 1) == 1);
        QVERIFY(nvfp4_scale(12, 2) == 2);  // 12/12 = 1, times T
        // All weights 0, or so small that T is.
        QVERIFY(nvfp4_scale(0, 0) == 0);
        QVERIFY(nvfp4_tensor_scale(0x1p-140F) == 0);
        QVERIFY(quantized("nvfp4", {0x1p-140F, -0x1p-141F}).reconstruction == (Values{0, 0}));
    }

    void groups_of_mxfp4() {
        // max 5.5, so scale 2^(2-2) = 1; 0.25 and 2.5 are ties to even: 0 and 2; 5 is between 4 and 6: to 4.
        const auto result = quantized("mxfp4", {5.5F, 0.25F, -0.75F, 2.5F, -3.5F, 5, 0.3F});
        QCOMPARE(result.scales, Values{1});
        QCOMPARE(result.reconstruction, (Values{6, 0, -1, 2, -4, 4, 0.5F}));
        QCOMPARE(result.sums.clipped, std::uint64_t{0});
        // 7 is halfway to 8, which is even and is not there: 6, clipped. Just below it is not clipped.
        const auto beyond = quantized("mxfp4", {7, -7.5F, std::nextafter(7.0F, 0.0F)});
        QCOMPARE(beyond.reconstruction, (Values{6, -6, 6}));
        QCOMPARE(beyond.sums.clipped, std::uint64_t{2});
    }

    void groups_end_with_their_row() {
        // Rows of 33: a group of 32 and one of 1, whose scale is its own.
        Values values(66, 1.0F);
        values[32] = 64;
        values[65] = 0;
        const auto result = quantized("mxfp4", values, 2);
        QCOMPARE(result.scales, (Values{0.25F, 16, 0.25F, 0x1p-127F}));
        QCOMPARE(result.reconstruction, values);
        QCOMPARE(quantized("nvfp4", Values(66, 1.0F), 2).scales.size(), std::size_t{2 * 3});
    }

    void integers_of_mxint8() {
        // max 1.5: scale 1, steps of 1/64; 3/128 is a tie between 1/64 and 2/64: to the even one.
        const auto result = quantized("mxint8", {1.5F, 3.0F / 128, -1.0F / 128});
        QCOMPARE(result.reconstruction, (Values{1.5F, 2.0F / 64, 0}));
        // 127.5/64 would be 128/64; −2 is not used.
        const auto beyond = quantized("mxint8", {127.5F / 64, -127.75F / 64});
        QCOMPARE(beyond.reconstruction, (Values{127.0F / 64, -127.0F / 64}));
        QCOMPARE(beyond.sums.clipped, std::uint64_t{2});
    }

    void what_is_not_finite_takes_no_part() {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        constexpr float infinity = std::numeric_limits<float>::infinity();
        for (const char* notation : {"mxfp4", "mxfp8_e5m2", "mxint8"}) {
            const auto result = quantized(notation, {1, nan, infinity, -infinity, 0.5F});
            QCOMPARE(result.reconstruction, (Values{1, 0, 0, 0, 0.5F}));
            QCOMPARE(result.sums.count, std::uint64_t{2});
        }
        QCOMPARE(quantized("nvfp4", {6, nan, infinity, 3}).sums.count, std::uint64_t{2});
        QCOMPARE(quantized("nf4:dq", {nan, infinity}).reconstruction, (Values{0, 0}));
    }

    void levels_for_the_overlay() {
        const auto levels = grid_levels(parse_scheme("mxfp4"), 0.25F, 0);
        QCOMPARE(levels, (Values{-1.5F, -1, -0.75F, -0.5F, -0.375F, -0.25F, -0.125F, 0, 0.125F, 0.25F, 0.375F,
                                 0.5F, 0.75F, 1, 1.5F}));
        const auto integers = grid_levels(parse_scheme("mxint8"), 64, 0);
        QCOMPARE(integers.size(), std::size_t{255});
        QCOMPARE(integers[128], 1.0F);
    }

    void dynamic_map_of_bitsandbytes() {
        const std::span<const float> map = dynamic_map();
        QCOMPARE(map.size(), std::size_t{256});
        QVERIFY(std::is_sorted(map.begin(), map.end()));
        QVERIFY(map.back() == 1);
        // i = 0: one interval from 0.1 to 1, mean 0.55, times 10^-6. i = 1: 0.1, 0.55, 1: 0.325 and 0.775.
        const Values middle(map.begin() + 124, map.begin() + 131);
        QCOMPARE(middle, (Values{-7.75e-6F, -3.25e-6F, -5.5e-7F, 0, 5.5e-7F, 3.25e-6F, 7.75e-6F}));
        // i = 6: 64 intervals of 0.9/64: the last mean is 1 − 0.9/128; on the negative side it is the end.
        QVERIFY(map.front() == -0.99296875F);
        QVERIFY(map[254] == 0.99296875F);
    }

    void nested_scales() {
        // Mean 2; less it −1, 0, 1; the largest 1. −1 has no code of its own: −0.99296875; 0 and 1 have.
        Values scales{1, 2, 3};
        nest_scales(scales);
        QCOMPARE(scales, (Values{2 - 0.99296875F, 2, 3}));
        // Equal scales are their mean.
        Values equal(300, 0.37F);
        nest_scales(equal);
        QCOMPARE(equal, Values(300, 0.37F));
        // The second block of 256 has a largest magnitude of its own: 1/257 of the first one's mean aside.
        Values two(257, 1.0F);
        two[256] = 258;  // mean 514/257 = 2
        nest_scales(two);
        QVERIFY(two[256] == 258);            // 256·1 + 2
        QVERIFY(two[0] == 2 - 0.99296875F);  // −1/1
        // A scale near 0 among large ones may come out negative: bitsandbytes stores it so.
        Values wide{0, 1, 1, 1};
        nest_scales(wide);  // mean 0.75: −0.75/0.75 has the code −0.99296875
        QVERIFY(wide[0] > 0 && wide[0] < 0.01F);
        Values none;
        nest_scales(none);
    }

    void codes_are_chosen_before_scales_are_nested() {
        // Two groups of 32 with largest weights 1 and 3, mean 2: read back as 2 − 0.99296875 and 3.
        Values values(64, 0.0F);
        values[0] = 1;
        values[32] = -3;
        const auto result = quantized("nf4:g32:dq", values);
        QCOMPARE(result.scales, (Values{2 - 0.99296875F, 3}));
        QVERIFY(result.reconstruction[0] == 2 - 0.99296875F);
        QVERIFY(result.reconstruction[32] == -3);
        QVERIFY(result.reconstruction[1] == 0);
    }
};

QTEST_GUILESS_MAIN(TestBlockScales)
#include "test_block_scales.moc"
