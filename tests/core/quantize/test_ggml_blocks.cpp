// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/ggml_blocks.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QTest>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

const std::vector<DType> block_types = {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0};

std::vector<std::byte> quantized(DType type, const std::vector<float>& row) {
    std::vector<std::byte> blocks(ggml_bytes(type, row.size()));
    quantize_ggml_row(type, row, blocks);
    return blocks;
}

QByteArray hex(const std::vector<std::byte>& bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
        .toHex();
}

// The CRC-32 of zlib and IEEE 802.3.
std::uint32_t crc32(const std::vector<std::byte>& bytes) {
    std::uint32_t crc = 0xffffffffU;
    for (const std::byte byte : bytes) {
        crc ^= std::to_integer<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

template <class T>
std::vector<T> contents(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray bytes = file.readAll();
    std::vector<T> values(static_cast<std::size_t>(bytes.size()) / sizeof(T));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
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
        QCOMPARE(fake_quantize_ggml_row(DType::q4_0, row, back).clipped, std::uint64_t{1});
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

    void self_check_vectors() {
        std::vector<float> row(32);
        for (int i = 0; i < 32; ++i)
            row[static_cast<std::size_t>(i)] = static_cast<float>((i * 37) % 101 - 50) / 64;
        QCOMPARE(crc32(quantized(DType::q4_0, row)), 0x6d460450U);
        QCOMPARE(crc32(quantized(DType::q4_1, row)), 0xd3f1c9ceU);
        QCOMPARE(crc32(quantized(DType::q5_0, row)), 0x3f0d561fU);
        QCOMPARE(crc32(quantized(DType::q5_1, row)), 0x99ab20dfU);
        QCOMPARE(crc32(quantized(DType::q8_0, row)), 0x71350649U);
        QCOMPARE(hex(quantized(DType::q4_0, row)), QByteArray("402ee046acf258bd1379df358be046acf268"));
    }

    void same_bytes_and_floats_as_ggml() {
        const auto golden = halfstep::testing::golden_folder();
        if (!golden) QSKIP("the folder of reference outputs is not there");
        const auto input = contents<float>(*golden / "ggml/input.f32");
        QCOMPARE(input.size(), std::size_t{32 * 512});
        for (const DType type : block_types) {
            const std::string name(traits(type).name);
            const auto expected_blocks = contents<std::byte>(*golden / "ggml" / (name + ".blocks"));
            const auto expected_floats = contents<float>(*golden / "ggml" / (name + ".f32"));
            QCOMPARE(expected_floats.size(), input.size());
            QVERIFY2(quantized(type, input) == expected_blocks, name.c_str());

            std::vector<float> floats(input.size());
            const std::size_t bytes = input.size() * sizeof(float);
            dequantize_ggml_row(type, expected_blocks, floats);
            QVERIFY2(std::memcmp(floats.data(), expected_floats.data(), bytes) == 0, name.c_str());
            floats.assign(input.size(), -1);
            fake_quantize_ggml_row(type, input, floats);
            QVERIFY2(std::memcmp(floats.data(), expected_floats.data(), bytes) == 0, name.c_str());
        }
    }

    void scales_beyond_float16_are_reported() {
        std::vector<float> row(32, 1.0F);
        std::vector<float> back(32);
        for (const DType type : block_types)
            QVERIFY(!fake_quantize_ggml_row(type, row, back).scale_overflow);
        row[5] = 65520.0F * 128;  // scales: /8, /15, /16, /31 and /127 of it are all at least 65,520
        for (const DType type : block_types)
            QVERIFY(fake_quantize_ggml_row(type, row, back).scale_overflow);
        row.assign(32, 70000.0F);  // a minimum beyond float16, steps of 0
        QVERIFY(fake_quantize_ggml_row(DType::q4_1, row, back).scale_overflow);
    }

    void extremes_of_float32_are_defined() {
        const float largest = std::numeric_limits<float>::max();
        const float tiny = std::numeric_limits<float>::denorm_min();
        for (const DType type : block_types)
            for (const float extreme : {largest, -largest, tiny, -tiny, 1e-39F, -0.0F}) {
                std::vector<float> row(32, 0.0F);
                row[3] = extreme;
                row[4] = -extreme;
                row[20] = extreme / 3;
                quantized(type, row);  // under UBSan: no conversion out of range
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
    }

    void broken_rows_and_other_types_are_refused() {
        std::vector<float> row(33);
        QVERIFY_EXCEPTION_THROWN(fake_quantize_ggml_row(DType::q4_0, row, row), Error);
        QVERIFY_EXCEPTION_THROWN(ggml_bytes(DType::q4_K, 256), Error);
    }
};

QTEST_GUILESS_MAIN(TestGgmlBlocks)
#include "test_ggml_blocks.moc"
