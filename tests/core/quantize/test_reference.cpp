// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/reference.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace halfstep;

namespace {

using Values = std::vector<float>;
using Codes = std::vector<std::int32_t>;

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

ReferenceResult quantized(const char* notation, const Values& values, std::uint64_t channels = 1) {
    return quantize_reference(parse_scheme(notation), values, {channels, values.size() / channels});
}

}  // namespace

// Every expected number is worked out beside it.
class TestReference : public QObject {
    Q_OBJECT
  private slots:
    void symmetric_integers() {
        // int3: qmax = 3, s = 6/3 = 2, x/s = 3, 0.5, 1.5, -0.5, -2.5: halves go to the even code.
        const auto result = quantized("int3", {6, 1, 3, -1, -5});
        QCOMPARE(result.scales, Values{2});
        QCOMPARE(result.codes, (Codes{3, 0, 2, 0, -2}));
        QCOMPARE(result.reconstruction, (Values{6, 0, 4, 0, -4}));
        // Errors 0, 1, -1, -1, -1.
        QCOMPARE(result.sums.error_squared, 4.0);
        QCOMPARE(result.sums.value_squared, 72.0);      // 36 + 1 + 9 + 1 + 25
        QCOMPARE(result.sums.product, 68.0);            // 36 + 0 + 12 + 0 + 20
        QCOMPARE(result.sums.quantized_squared, 68.0);  // 36 + 0 + 16 + 0 + 16
        QCOMPARE(result.sums.max_abs_error, 1.0);
        QCOMPARE(result.sums.clipped, std::uint64_t{0});
        QVERIFY(result.zero_points.empty());
    }

    void full_symmetric_integers() {
        // int3: codes -4..3. s = max(3/3, 4/4) = 1; sym would need 4/3.
        const auto balanced = quantized("int3:symfull", {3, -4, 1});
        QCOMPARE(balanced.scales, Values{1});
        QCOMPARE(balanced.codes, (Codes{3, -4, 1}));
        // s = max(6/3, 4/4) = 2.
        QCOMPARE(quantized("int3:symfull", {6, -4}).scales, Values{2});
        // Negative values alone: s = max(-1/3, 8/4) = 2.
        QCOMPARE(quantized("int3:symfull", {-8, -1}).scales, Values{2});
    }

    void asymmetric_integers() {
        // int2: 4 codes; [-1, 2], s = 3/3 = 1, z = round(1) = 1.
        const auto result = quantized("int2:asym", {-1, 2, 0.25F, 1.5F});
        QCOMPARE(result.scales, Values{1});
        QCOMPARE(result.zero_points, Codes{1});
        QCOMPARE(result.codes, (Codes{0, 3, 1, 3}));  // 1.5 rounds to 2, plus 1
        QCOMPARE(result.reconstruction, (Values{-1, 2, 0, 2}));
        // All positive: the range is widened to [0, 6], s = 2, z = 0.
        const auto positive = quantized("int2:asym", {4, 6});
        QCOMPARE(positive.scales, Values{2});
        QCOMPARE(positive.zero_points, Codes{0});
        // All negative: [-6, 0], z = round(6/2) = 3.
        QCOMPARE(quantized("int2:asym", {-4, -6}).zero_points, Codes{3});
    }

    void groups_end_with_their_row() {
        // Rows of 3 in groups of 2: units {1, 2}, {3}, {4, 5}, {6}; int2 has s = max|x|, all exact in f16.
        const auto result = quantized("int2:g2", {1, 2, 3, 4, 5, 6}, 2);
        QCOMPARE(result.scales, (Values{2, 3, 5, 6}));
        // 1/2 is a tie and goes to 0; 4·(1/5) = 0.8 to 1.
        QCOMPARE(result.reconstruction, (Values{0, 2, 3, 5, 5, 6}));
        QCOMPARE(quantized("int2:tensor", {1, 2, 3, 4, 5, 6}, 2).scales, Values{6});
        QCOMPARE(quantized("int2", {1, 2, 3, 4, 5, 6}, 2).scales, (Values{3, 6}));
    }

    void sixteen_bit_scales_are_the_ones_used() {
        // int2: s = 2049, in float16 (steps of 2, ties to even) 2048; 1025/2048 is above a half.
        const auto result = quantized("int2:s16", {2049, 1025, 1024});
        QCOMPARE(result.scales, Values{2048});
        QCOMPARE(result.reconstruction, (Values{2048, 2048, 0}));
        QVERIFY(!result.scales_kept_32_bits);
    }

    void scales_that_float16_would_lose_stay_32_bits() {
        // One group of 1e-9 underflows, so the other keeps 2049 as well.
        const auto small = quantized("int2:g1", {1e-9F, 2049});
        QVERIFY(small.scales_kept_32_bits);
        QCOMPARE(small.scales, (Values{1e-9F, 2049}));
        QVERIFY(quantized("int2:g1", {1e6F, 1}).scales_kept_32_bits);
        QVERIFY(!quantized("int2:g1", {0, 1}).scales_kept_32_bits);
    }

    void zeros_and_values_that_are_not_finite() {
        const auto zeros = quantized("int4:asym", {0, 0, -0.0F});
        QCOMPARE(zeros.scales, Values{0});
        QCOMPARE(zeros.codes, (Codes{0, 0, 0}));
        QCOMPARE(zeros.sums.error_squared, 0.0);
        const auto broken = quantized("int2", {no_number, 2, infinity, -infinity, -0.5F});
        QCOMPARE(broken.scales, Values{2});
        QCOMPARE(broken.reconstruction, (Values{0, 2, 0, 0, 0}));
        QCOMPARE(broken.sums.count, std::uint64_t{2});
        QCOMPARE(broken.sums.error_squared, 0.25);
        for (const char* notation : {"int4", "int4:asym:pct50", "int4:mse", "int4:kl", "log4", "log4:mse",
                                     "kmeans2", "fp16", "keep", "int4:gamma"})
            QCOMPARE(quantized(notation, {no_number, infinity}).reconstruction, (Values{0, 0}));
    }

    void clip_limits() {
        // |x| <= 3: s = 3/3 = 1; 6 and -5 are cut.
        const auto result = quantized("int3:clip3", {6, 1, -5});
        QCOMPARE(result.scales, Values{1});
        QCOMPARE(result.codes, (Codes{3, 1, -3}));
        QCOMPARE(result.sums.clipped, std::uint64_t{2});
        // A row that stays inside keeps its own range.
        QCOMPARE(quantized("int3:clip100", {6, 1, -5}).scales, Values{2});
        // [max(-5, -1), min(6, 2)]: s = 3/3, z = 1; codes -5 + 1 and 6 + 1 are outside 0..3.
        const auto asymmetric = quantized("int2:asym:clip-1..2", {6, 1, -5});
        QCOMPARE(asymmetric.scales, Values{1});
        QCOMPARE(asymmetric.codes, (Codes{3, 2, 0}));
        QCOMPARE(asymmetric.sums.clipped, std::uint64_t{2});
    }

    void percentiles() {
        // |x| sorted 1 2 3 4 8; the 75th percentile is the value at 0.75·4 = 3: 4. int2: s = 4.
        const auto result = quantized("int2:pct75", {1, -2, 3, -4, 8});
        QCOMPARE(result.scales, Values{4});
        // 8/4 = 2 lies outside, -4/4 does not; 1/4 -> 0, -2/4 is a tie, 3/4 -> 1.
        QCOMPARE(result.codes, (Codes{0, 0, 1, -1, 1}));
        QCOMPARE(result.sums.clipped, std::uint64_t{1});
        // At 0.9·4 = 3.6: 8 - (8-4)·0.4 = 6.4.
        QCOMPARE(quantized("int2:pct90", {1, -2, 3, -4, 8}).scales, Values{6.4F});
        // asym, 50: the 25th and 75th percentiles of -4 -2 1 3 8 are -2 and 3; s = 5/3, z = round(1.2).
        const auto asymmetric = quantized("int2:asym:pct50", {1, -2, 3, -4, 8});
        QCOMPARE(asymmetric.scales, Values{5.0F / 3});
        QCOMPARE(asymmetric.zero_points, Codes{1});
    }

    void smallest_error() {
        // int2: levels -s, 0, s. With 1, 1, 1 and 4: s = 4 costs 3; s between 2 and 8 codes only the 4;
        // all coded (s <= 2): s = 7/4, cost 3·(3/4)² + (9/4)² = 6.75. So 4 alone: cost 3.
        QCOMPARE(quantized("int2:mse", {1, 1, 1, 4}).scales, Values{4});
        // With 2 in place of 4: all coded at s = 5/4: 3/16 + 9/16 = 0.75; 2 alone costs 3.
        const auto result = quantized("int2:mse", {1, 1, 1, 2});
        QCOMPARE(result.scales, Values{1.25F});
        QCOMPARE(result.sums.error_squared, 0.75);
        // asym, levels s·(-z..3-z): 5, 6, 7 and 0 fit z = 0: s = 7/3 gives 14/3 twice and 7:
        // for codes 2 3 3: s = (10 + 18 + 21)/(4 + 9 + 9) = 49/22, cost 110 - 49²/22 = 0.8636...; for
        // codes 3 3 3: s = 6, no: s = (15 + 18 + 21)/27 = 2, cost 110 - 54²/27 = 2.
        const auto asymmetric = quantized("int2:asym:mse", {5, 6, 7, 0});
        QCOMPARE(asymmetric.scales, Values{static_cast<float>(49.0 / 22)});
        QCOMPARE(asymmetric.zero_points, Codes{0});
        QVERIFY(std::abs(asymmetric.sums.error_squared - (110 - 49.0 * 49 / 22)) < 1e-5);
    }

    void entropy_range() {
        // One value in every bin: spreading over codes changes nothing, so that D = 0 for the whole range;
        // for any cut P has more in its last bin than Q. The limit is max|x| = 1, s = 1/7.
        Values uniform;
        for (int bin = 0; bin < 2048; ++bin)
            uniform.push_back((static_cast<float>(bin) + 0.5F) / 2048);
        uniform.back() = 1;
        QCOMPARE(quantized("int4:kl", uniform).scales, Values{1.0F / 7});
        // The same with the last value at 16: 16 values in each of bins 0..126, 15 in bin 127, one in bin
        // 2047. Between i = 129 and 2047 the outlier's mass falls on a bin that is empty in Q: infinite. At
        // 2048 bin 127 is spread over its code's 128 filled bins: 15 against 16 in 1/128 of the mass, D =
        // (1/16)²/2/128 = 1.5e-5. At 128 P is uniform, and Q lacks 1/256 in the last of 8 codes: D =
        // (1/256)²/2·(1/8)(7/8) = 8e-7. So A = 16·128/2048 = 1.
        uniform.back() = 16;
        const auto cut = quantized("int4:kl", uniform);
        QCOMPARE(cut.scales, Values{1.0F / 7});
        QCOMPARE(cut.sums.clipped, std::uint64_t{1});
    }

    void second_moment_is_kept() {
        // int2: s = 4, x̂ = 4, 4 (3/4 rounds to 1): Σx² = 25, Σx̂² = 32; s' = 4·√(25/32) = 3.5355339.
        const auto result = quantized("int2:gamma", {4, 3});
        QCOMPARE(result.scales, Values{static_cast<float>(4 * std::sqrt(25.0 / 32))});
        QCOMPARE(result.codes, (Codes{1, 1}));
        QVERIFY(std::abs(result.sums.quantized_squared - 25) < 1e-5);
        // log2 (one level): 3 -> level 4 = 2^round(1.58); x̂ = 4, Σx²/Σx̂² = 9/16: s' = 3.
        QCOMPARE(quantized("log2:gamma", {3}).reconstruction, Values{3});
        // All reconstructions 0: nothing to rescale.
        QCOMPARE(quantized("int2:gamma", {0, 0}).scales, Values{0});
    }

    void powers_of_two() {
        // log3: 3 levels. log2(6) = 2.58 -> 8; levels 8, 4, 2.
        const auto result = quantized("log3", {6, -3, 1.5F, 1.4F, 0, 5.6F, 5.7F});
        QCOMPARE(result.scales, Values{8});
        // 3: 1.58 -> 4. 1.5: 0.58 -> 2. 1.4 < √2: below the smallest level's midpoint. 5.6 < 4√2 = 5.657.
        QCOMPARE(result.codes, (Codes{3, -2, 1, 0, 0, 2, 3}));
        QCOMPARE(result.reconstruction, (Values{8, -4, 2, 0, 0, 4, 8}));
        QCOMPARE(result.sums.clipped, std::uint64_t{0});
        // clip2: largest level 2; 6 would be 8, 3 would be 4.
        const auto clipped = quantized("log3:clip2", {6, 3, 1});
        QCOMPARE(clipped.reconstruction, (Values{2, 2, 1}));
        QCOMPARE(clipped.sums.clipped, std::uint64_t{2});
    }

    void powers_of_the_root_of_two() {
        const float root = 1.41421354F;  // the float32 nearest to the root of 2
        // log3 sqrt2: 2·log2(2.9) = 3.07 -> 2√2; levels 2√2, 2, √2. 1.2: 0.53 -> 1 step, √2. 1.1: 0.27 -> 0,
        // below the smallest level.
        const auto result = quantized("log3:sqrt2", {2.9F, 2.1F, -1.2F, 1.1F});
        QCOMPARE(result.scales, Values{2 * root});
        QCOMPARE(result.reconstruction, (Values{2 * root, 2, -root, 0}));
    }

    void best_largest_level() {
        // log2 has one positive level. 1 1 1 1 and 4: at 4 the ones are 0, cost 4; at 2, 1 is at its log
        // midpoint's lower side (log2 1 = 0 < 1): 0; cost 4 + 4; at 1: cost 9. The best is 4.
        QCOMPARE(quantized("log2:mse", {1, 1, 1, 1, 4}).scales, Values{4});
        // Ten ones: at 4 cost 10, at 1 cost 9.
        QCOMPARE(quantized("log2:mse", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4}).scales, Values{1});
    }

    void codebooks() {
        // Two runs of neighbours, two levels: their means.
        const auto result = quantized("kmeans2:tensor", {1, 2, 3, 11, 12, 20, 21, 30});
        // Four levels: {1 2 3} {11 12} {20 21} {30}.
        QCOMPARE(result.levels, (std::vector<Values>{{2, 11.5F, 20.5F, 30}}));
        QCOMPARE(result.codes, (Codes{0, 0, 0, 1, 1, 2, 2, 3}));
        QCOMPARE(result.sums.error_squared, 3.0);  // 1 + 0 + 1 + 4·(1/4)
        // Fewer distinct values than levels: they are the table.
        QCOMPARE(quantized("kmeans3", {5, -1, 5, 0}).levels, (std::vector<Values>{{-1, 0, 5}}));
        // Levels are float16: 2049 is stored as 2048.
        QCOMPARE(quantized("kmeans2", {2049}).reconstruction, Values{2048});
        // A table that float16 cannot hold is bfloat16: 1e6 = 1.907·2^19 -> 244·2^12 = 999424.
        QCOMPARE(quantized("kmeans2", {1e6F}).reconstruction, Values{999424});
        // One table a channel.
        QCOMPARE(quantized("kmeans2", {1, 2, 3, 4}, 2).levels, (std::vector<Values>{{1, 2}, {3, 4}}));
    }

    void floats() {
        // 65519 is the last integer that float16 rounds down to 65504; 65520 overflows.
        const auto half = quantized("fp16", {65519, 65520, -1e9F, 1.0F / 3, 1e-9F});
        QCOMPARE(half.reconstruction, (Values{65504, 65504, -65504, 1365.0F / 4096, 0}));
        QCOMPARE(half.sums.clipped, std::uint64_t{2});
        // bfloat16 has 8 bits: 257 is a tie between 256 and 258, 259 between 258 and 260.
        const auto brain = quantized("bf16", {257, 259, 3.4e38F});
        QCOMPARE(brain.reconstruction, (Values{256, 260, 0x1.FEp127F}));
        QCOMPARE(brain.sums.clipped, std::uint64_t{1});
        QCOMPARE(quantized("fp32", {1.0F / 3}).reconstruction, Values{1.0F / 3});
        QCOMPARE(quantized("keep", {1.0F / 3}).reconstruction, Values{1.0F / 3});
    }

    void blocks() {
        Values row(32, 0.0F);
        row[0] = -8;
        row[16] = 8;  // cut from code 16 to 15
        row[1] = no_number;
        const auto result = quantized("q4_0", row);
        QCOMPARE(result.reconstruction[16], 7.0F);
        QCOMPARE(result.reconstruction[1], 0.0F);
        QCOMPARE(result.codes[16], 15);
        QCOMPARE(result.sums.clipped, std::uint64_t{1});
        QCOMPARE(result.sums.count, std::uint64_t{31});
        QVERIFY_EXCEPTION_THROWN(quantized("q4_0", Values(33)), Error);
        row[2] = 1e9F;
        QVERIFY_EXCEPTION_THROWN(quantized("q4_0", row), Error);
    }

    void extremes_of_float32() {
        const float largest = std::numeric_limits<float>::max();
        const float tiny = std::numeric_limits<float>::denorm_min();
        // 2·largest overflows; each half divided first does not.
        const auto wide = quantized("int8:asym", {-largest, largest});
        QCOMPARE(wide.scales, Values{largest / 255 + largest / 255});
        // The reciprocal of a scale below 2^-128 is infinite: the unit becomes 0.
        QCOMPARE(quantized("int8", {tiny, -tiny}).reconstruction, (Values{0, 0}));
        QCOMPARE(quantized("log4", {tiny, -tiny}).reconstruction, (Values{tiny, -tiny}));
        QCOMPARE(quantized("log4", {largest}).scales, Values{0x1p127F});
        QCOMPARE(quantized("log4", {largest}).sums.clipped, std::uint64_t{1});
    }

    void nothing_to_quantize() {
        for (const char* notation : {"int4", "int4:tensor:mse", "kmeans2", "q4_0", "fp16", "keep"})
            QCOMPARE(quantize_reference(parse_scheme(notation), {}, {0, 0}).sums.count, std::uint64_t{0});
        QVERIFY_EXCEPTION_THROWN(quantize_reference(parse_scheme("int4"), Values(3), {2, 2}), Error);
    }
};

QTEST_GUILESS_MAIN(TestReference)
#include "test_reference.moc"
