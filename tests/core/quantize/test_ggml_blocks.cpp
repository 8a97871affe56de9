// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/ggml/block_levels.h"
#include "core/ggml/ggml_blocks.h"
#include "core/tensor/float_conversion.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <limits>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

using enum DType;
const std::vector<DType> one_scale = {q4_0, q4_1, q5_0, q5_1, q8_0, q1_0, q2_0, tq1_0, tq2_0, iq4_nl};
const std::vector<DType> writable = {q4_0, q4_1,   q5_0,   q5_1,  q8_0,  q2_K,  q3_K,  q4_K, q5_K,
                                     q6_K, iq4_nl, iq4_xs, tq1_0, tq2_0, mxfp4, nvfp4, q1_0, q2_0};
const std::vector<DType> read_only = {q8_1, q8_K, iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s};

std::vector<std::byte> quantized(DType type, const std::vector<float>& row) {
    std::vector<std::byte> blocks(ggml_bytes(type, row.size()));
    quantize_ggml_row(type, row, {}, blocks);
    return blocks;
}

QByteArray hex(const std::vector<std::byte>& bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
        .toHex();
}

}  // namespace

class TestGgmlBlocks : public QObject {
    Q_OBJECT
  private slots:
    void blocks_worked_by_hand() {
        // q4_0 of one weight -8 and zeros else: mx = -8, d = -8/-8 = 1 (f16 0x3c00), code of -8 is
        // trunc(-8 + 8.5) = 0, code of 0 is trunc(8.5) = 8.
        std::vector<float> row(32, 0.0F);
        row[0] = -8;
        QCOMPARE(hex(quantized(DType::q4_0, row)), QByteArray("003c80") + QByteArray(30, '8'));
        // The same with +8 added as element 16: still mx = -8 (first of equal magnitudes); its code
        // trunc(8 + 8.5) = 16 is cut to 15.
        row[16] = 8;
        QCOMPARE(hex(quantized(DType::q4_0, row)), QByteArray("003cf0") + QByteArray(30, '8'));
        std::vector<float> back(32);
        QCOMPARE(fake_quantize_ggml_row(DType::q4_0, row, {}, back).clipped, std::uint64_t{1});
        QCOMPARE(back[0], -8.0F);
        QCOMPARE(back[1], 0.0F);
        QCOMPARE(back[16], 7.0F);
        // q8_0 of 127 and halves: d = 1; 0.5 and -2.5 are rounded away from zero to 1 and -3.
        row.assign(32, 0.0F);
        row[0] = 127;
        row[1] = 0.5F;
        row[2] = -2.5F;
        QCOMPARE(hex(quantized(DType::q8_0, row)), QByteArray("003c7f01fd") + QByteArray(58, '0'));
        // q4_1 of 1..16 twice: m = 1 (0x3c00), d = 15/15 = 1, codes 0..15 in both halves.
        for (std::size_t j = 0; j < 32; ++j)
            row[j] = static_cast<float>(1 + j % 16);
        QCOMPARE(hex(quantized(DType::q4_1, row)), QByteArray("003c003c00112233445566778899aabbccddeeff"));
        // q5_1 of 0..31: d = 1, m = 0, codes j; the fifth bit is set from element 16 on.
        for (std::size_t j = 0; j < 32; ++j)
            row[j] = static_cast<float>(j);
        QCOMPARE(hex(quantized(DType::q5_1, row)),
                 QByteArray("003c00000000ffff00112233445566778899aabbccddeeff"));
        // q5_0 of -16..15: mx = -16, d = 1, codes x + 16: 0..31.
        for (std::size_t j = 0; j < 32; ++j)
            row[j] = static_cast<float>(j) - 16;
        QCOMPARE(hex(quantized(DType::q5_0, row)),
                 QByteArray("003c0000ffff00112233445566778899aabbccddeeff"));
    }

    void zeros_keep_the_sign_that_ggml_gives_them() {
        // q4_1 keeps the first of equal minima; q4_0 divides +0 by -8.
        std::vector<float> row(32, 1.0F);
        row[3] = 0.0F;
        row[4] = -0.0F;
        QCOMPARE(hex(quantized(DType::q4_1, row)).mid(4, 4), QByteArray("0000"));
        row[3] = -0.0F;
        row[4] = 0.0F;
        QCOMPARE(hex(quantized(DType::q4_1, row)).mid(4, 4), QByteArray("0080"));
        row.assign(32, -0.0F);
        QCOMPARE(hex(quantized(DType::q4_0, row)), QByteArray("0080") + QByteArray(32, '8'));
        QCOMPARE(hex(quantized(DType::q5_1, row)).left(8), QByteArray("00000080"));
        QCOMPARE(hex(quantized(DType::q8_0, row)), QByteArray(68, '0'));
    }

    void ternary_and_sign_blocks_worked_by_hand() {
        // tq2_0 of 256 weights, -2 first, 2 as element 32, 1 as 64, 0.9 as 96: d = 2 (f16 0x4000), codes 0,
        // 2, trunc(0.5 + 0.5) + 1 = 2 and 1 in the pairs of byte 0: 0 + 2·4 + 2·16 + 1·64 = 0x68; zeros are
        // 1 + 4 + 16 + 64 = 0x55.
        std::vector<float> row(256, 0.0F);
        row[0] = -2;
        row[32] = 2;
        row[64] = 1;
        row[96] = 0.9F;
        QCOMPARE(hex(quantized(tq2_0, row)), QByteArray("68") + QByteArray(126, '5') + QByteArray("0040"));
        // tq1_0 has the same elements, and element 128, in the digits of byte 0, and zeros are 11111 in base
        // 3, 121: ceil(121·256/243) = 128 = 0x80; digits 0 2 2 1 1 are 0 + 54 + 18 + 3 + 1 = 76:
        // ceil(76·256/243) = 81 = 0x51. Of the last four bytes the fifth digit is 0: 120, ceil(126.4) = 127 =
        // 0x7f.
        QCOMPARE(hex(quantized(tq1_0, row)),
                 QByteArray("51") + QByteArray("80").repeated(47) + QByteArray("7f7f7f7f0040"));
        // q1_0 of 64 ones and 64 minus threes: d = 256/128 = 2.
        row.assign(128, 1.0F);
        std::fill(row.begin() + 64, row.end(), -3.0F);
        QCOMPARE(hex(quantized(q1_0, row)), QByteArray("0040") + QByteArray(16, 'f') + QByteArray(16, '0'));
        // q2_0 of -1 0 1 and then 1 in every fourth place: d = 1, codes 0 1 2 2, then 1 1 1 2.
        row.assign(64, 0.0F);
        row[0] = -1;
        row[2] = 1;
        for (std::size_t j = 3; j < 64; j += 4)
            row[j] = 1;
        QCOMPARE(hex(quantized(q2_0, row)), QByteArray("003ca4") + QByteArray("95").repeated(15));
    }

    void four_bit_floats_worked_by_hand() {
        // mxfp4 of 6, 0.5 and -3: the exponent is 2 - 2 + 127 = 0x7f, the scale 1; codes 7, 1 and 8 + 5.
        std::vector<float> row(32, 0.0F);
        row[0] = 6;
        row[1] = 0.5F;
        row[16] = -3;
        QCOMPARE(hex(quantized(mxfp4, row)), QByteArray("7fd701") + QByteArray(28, '0'));
        // nvfp4: a scale of 6/6 = 1 (E4M3 0x38) in the first 16, of 0 elsewhere; element 8 shares byte 0.
        row.assign(64, 0.0F);
        row[0] = 6;
        row[8] = -1;
        QCOMPARE(hex(quantized(nvfp4, row)), QByteArray("38000000a7") + QByteArray(62, '0'));
    }

    void zero_blocks() {
        // No scale, no minimum; codes as ggml leaves them: 0 where the search gives up, those of 0 elsewhere.
        // The scale of q4_0, q5_0 and iq4_xs is 0 divided by a negative number.
        const std::vector<float> zeros(256, 0.0F);
        for (const DType type : {q8_0, q2_K, q3_K, q4_K, q5_K, q6_K, mxfp4, nvfp4})
            QVERIFY2(hex(quantized(type, zeros)).count('0') == hex(quantized(type, zeros)).size(),
                     traits(type).name.data());
        QCOMPARE(hex(quantized(iq4_nl, zeros)), (QByteArray("0000") + QByteArray(32, '8')).repeated(8));
        QCOMPARE(hex(quantized(iq4_xs, zeros)), QByteArray("0080aaaa00000000") + QByteArray(256, '8'));
        QCOMPARE(hex(quantized(q1_0, zeros)), (QByteArray("0000") + QByteArray(32, 'f')).repeated(2));
        // With importance q4_0 and q5_0 too have codes of 0, which is no harm with a scale of 0.
        const std::vector<float> importance(256, 1.0F);
        for (const DType type : {q4_0, q4_1, q5_0, q5_1}) {
            std::vector<std::byte> blocks(ggml_bytes(type, 256));
            quantize_ggml_row(type, zeros, importance, blocks);
            const QByteArray digits = hex(blocks);
            QVERIFY(digits.count('0') == digits.size());
        }
    }

    void a_constant_row_comes_back() {
        for (const DType type : writable)
            for (const float constant : {0.5F, -0.5F}) {
                const std::vector<float> row(256, constant);
                std::vector<float> back(256);
                fake_quantize_ggml_row(type, row, {}, back);
                for (const float value : back)
                    QVERIFY2(std::fabs(value - constant) <= 0.02F, traits(type).name.data());
            }
    }

    void scales_beyond_float16_are_reported() {
        std::vector<float> row(256, 1.0F);
        std::vector<float> back(256);
        for (const DType type : writable)
            QVERIFY(!fake_quantize_ggml_row(type, row, {}, back).scale_overflow);
        row[5] = 65520.0F * 256;  // scales: at most /127 of it, and all at least 65,520
        for (const DType type : one_scale)
            QVERIFY2(fake_quantize_ggml_row(type, row, {}, back).scale_overflow, traits(type).name.data());
        row[5] = 65520.0F * 256 * 256;
        for (const DType type : {q2_K, q3_K, q4_K, q5_K, q6_K, iq4_xs})
            QVERIFY2(fake_quantize_ggml_row(type, row, {}, back).scale_overflow, traits(type).name.data());
        for (const DType type :
             {mxfp4, nvfp4})  // their scales are no float16: one reaches that far, one is cut
            QVERIFY(!fake_quantize_ggml_row(type, row, {}, back).scale_overflow);
        QVERIFY(fake_quantize_ggml_row(nvfp4, row, {}, back).clipped > 0);
        row.assign(32, 70000.0F);  // a minimum beyond float16, steps of 0
        back.resize(32);
        QVERIFY(fake_quantize_ggml_row(q4_1, row, {}, back).scale_overflow);
    }

    void tiny_weights_have_the_smallest_exponent_of_mxfp4() {
        // 2^-126: exponent -126 - 2 + 127 = -1, which would be stored as 255, E8M0's NaN. With 0 the scale of
        // the doubled values is 2^-128, and 2^-126 is 4 of it: code 4.
        std::vector<float> row(32, 0x1p-126F);
        std::vector<std::byte> blocks(17);
        const BlockOutcome outcome = quantize_ggml_row(mxfp4, row, {}, blocks);
        QVERIFY(outcome.scale_underflow);
        QCOMPARE(hex(blocks), QByteArray("00") + QByteArray(32, '4'));
        row.assign(32, 0x1p-125F);
        QVERIFY(!quantize_ggml_row(mxfp4, row, {}, blocks).scale_underflow);
        QCOMPARE(hex(blocks), QByteArray("00") + QByteArray(32, '6'));
    }

    void extremes_of_float32_are_defined() {
        const float largest = std::numeric_limits<float>::max();
        const float tiny = std::numeric_limits<float>::denorm_min();
        const std::vector<float> importance(256, 0.25F);
        for (const DType type : writable)
            for (const float extreme : {largest, -largest, 1e20F, tiny, -tiny, 1e-39F, -0.0F}) {
                std::vector<float> row(256, 0.0F);
                row[3] = extreme;
                row[4] = -extreme;
                row[20] = extreme / 3;
                std::vector<std::byte> blocks(ggml_bytes(type, row.size()));
                quantize_ggml_row(type, row, {}, blocks);  // under UBSan: no conversion out of range
                quantize_ggml_row(type, row, importance, blocks);
            }
    }

    void codes_are_those_in_the_blocks() {
        std::vector<float> row(32);
        std::vector<std::int32_t> codes(32);
        for (std::size_t j = 0; j < 32; ++j)
            row[j] = static_cast<float>(j) - 16;
        ggml_codes_of_row(DType::q5_0, quantized(DType::q5_0, row), codes);
        for (std::size_t j = 0; j < 32; ++j)
            QCOMPARE(codes[j], static_cast<std::int32_t>(j));
        row.assign(256, 1.0F);
        codes.resize(256);
        ggml_codes_of_row(q6_K, quantized(q6_K, row), codes);
        QCOMPARE(codes[255], 0);  // -32 steps of a negative scale
        for (const DType type : writable)
            QVERIFY(ggml_has_codes(type));
    }

    void levels_are_those_of_the_sub_block() {
        // q2_K, two sub-blocks with steps of their own, worked by hand: of 0, 1, 2, 3 the scale is 1 and of
        // 0, 5, 10, 15 it is 5, whose multiples of d = 5/15 (f16 0x3555 = 0.333251953125) are 3 and 15.
        std::vector<float> row(256, 0.0F);
        for (std::size_t j = 0; j < 16; ++j) {
            row[j] = static_cast<float>(j % 4);
            row[16 + j] = static_cast<float>(j % 4 * 5);
        }
        const std::vector<std::byte> block = quantized(q2_K, row);
        const float d = f16_to_f32(0x3555);
        QVERIFY(ggml_levels_at(q2_K, block, 15) == (std::vector<float>{0, 3 * d, 3 * d * 2, 3 * d * 3}));
        QVERIFY(ggml_levels_at(q2_K, block, 16) == (std::vector<float>{0, 15 * d, 15 * d * 2, 15 * d * 3}));
        QVERIFY(ggml_levels_at(q2_K, block, 32) == std::vector<float>{0});  // a scale of 0
        QCOMPARE(ggml_scale_elements(q2_K), std::size_t{16});
        QCOMPARE(ggml_scale_elements(q5_K), std::size_t{32});
        QCOMPARE(ggml_scale_elements(q1_0), std::size_t{128});
        row.assign(32, 0.0F);
        row[9] = -127;
        const std::vector<float> levels = ggml_levels_at(q8_0, quantized(q8_0, row), 0);
        QCOMPARE(levels.size(), std::size_t{255});
        QVERIFY(levels.front() == -127 && levels.back() == 127);
        QVERIFY(ggml_levels_at(iq2_s, std::vector<std::byte>(82), 0).empty());
        QCOMPARE(ggml_scale_elements(iq2_s), std::size_t{0});
    }

    void broken_rows_and_other_types_are_refused() {
        using halfstep::testing::error_of;
        std::vector<float> row(33);
        QCOMPARE(error_of([&] { fake_quantize_ggml_row(q4_0, row, {}, row); }),
                 std::string("a row of 33 weights is no whole number of q4_0 blocks, which have 32"));
        for (const DType type : writable) {
            QVERIFY_EXCEPTION_THROWN(ggml_bytes(type, traits(type).block_elements + 1), Error);
            row.resize(256);
            std::vector<std::byte> blocks(ggml_bytes(type, 256));
            QVERIFY_EXCEPTION_THROWN(quantize_ggml_row(type, row, std::vector<float>(255), blocks), Error);
            blocks.resize(blocks.size() - 1);
            QVERIFY_EXCEPTION_THROWN(quantize_ggml_row(type, row, {}, blocks), Error);
            QVERIFY_EXCEPTION_THROWN(dequantize_ggml_row(type, blocks, row), Error);
            QVERIFY(ggml_can_write(type) && ggml_can_read(type));
        }
        for (const DType type : read_only) {
            std::vector<std::byte> blocks(ggml_bytes(type, 256));
            QVERIFY(ggml_can_read(type) && !ggml_can_write(type));
            QCOMPARE(error_of([&] { quantize_ggml_row(type, row, {}, blocks); }),
                     std::string(traits(type).name) + " blocks can be read but not written");
        }
        QVERIFY(!ggml_can_read(f16) && !ggml_can_write(f16));
        QVERIFY_EXCEPTION_THROWN(ggml_bytes(f16, 256), Error);
        std::vector<std::int32_t> codes(256);
        QVERIFY_EXCEPTION_THROWN(ggml_codes_of_row(iq2_s, std::vector<std::byte>(82), codes), Error);
    }
};

QTEST_GUILESS_MAIN(TestGgmlBlocks)
#include "test_ggml_blocks.moc"
