// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/ggml_blocks.h"
#include "core/ggml/plain_quantizer.h"
#include "core/model_files/model.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QProcess>
#include <QTest>

#include <cstring>
#include <string>
#include <vector>

using namespace halfstep;
using halfstep::testing::golden_folder;

namespace {

using enum DType;

constexpr std::size_t columns = 512;  // of the golden input
constexpr std::size_t rows = 32;

template <class T>
std::vector<T> contents(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray bytes = file.readAll();
    std::vector<T> values(static_cast<std::size_t>(bytes.size()) / sizeof(T));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::vector<std::byte> quantized(DType type, std::span<const float> values,
                                 std::span<const float> importance) {
    std::vector<std::byte> blocks;
    const std::size_t row = importance.empty() ? values.size() : importance.size();
    for (std::size_t first = 0; first < values.size(); first += row) {
        std::vector<std::byte> bytes(ggml_bytes(type, row));
        quantize_ggml_row(type, values.subspan(first, row), importance, bytes);
        blocks.insert(blocks.end(), bytes.begin(), bytes.end());
    }
    return blocks;
}

std::vector<float> fake_quantized(DType type, std::span<const float> values,
                                  std::span<const float> importance) {
    std::vector<float> back(values.size());
    for (std::size_t first = 0; first < values.size(); first += columns)
        plain_fake_quantize_ggml_row(type, values.subspan(first, columns), importance,
                                     std::span(back).subspan(first, columns));
    return back;
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

// Rows of the golden input whose exponent is out of ggml's own range, in mxfp4.
bool has_no_golden_bytes(DType type, std::size_t row) {
    return type == mxfp4 && (row == 21 || row == 22);
}

}  // namespace

class TestGgmlGolden : public QObject {
    Q_OBJECT
  private slots:
    void self_check_vectors_data() {
        QTest::addColumn<DType>("type");
        QTest::addColumn<std::size_t>("elements");
        QTest::addColumn<bool>("important");
        QTest::addColumn<std::uint32_t>("crc");
        const auto add = [](DType type, std::size_t elements, bool important, std::uint32_t crc) {
            QTest::addRow("%s%s", traits(type).name.data(), important ? " with importance" : "")
                << type << elements << important << crc;
        };
        add(q4_0, 32, false, 0x6d460450U);
        add(q4_1, 32, false, 0xd3f1c9ceU);
        add(q5_0, 32, false, 0x3f0d561fU);
        add(q5_1, 32, false, 0x99ab20dfU);
        add(q8_0, 32, false, 0x71350649U);
        add(mxfp4, 32, false, 0x236f121bU);
        add(nvfp4, 64, false, 0x4d38f7ceU);
        add(iq4_nl, 32, false, 0x408781d7U);
        add(iq4_xs, 256, false, 0xd9b390b9U);
        add(q2_K, 256, false, 0x73bef145U);
        add(q3_K, 256, false, 0x8e42e392U);
        add(q4_K, 256, false, 0x95578fe6U);
        add(q5_K, 256, false, 0x7c0be7ceU);
        add(q6_K, 256, false, 0x2f77745eU);
        add(tq1_0, 256, false, 0xaf1cbc94U);
        add(tq2_0, 256, false, 0x1ad1ec24U);
        add(q4_0, 256, true, 0xde14baa6U);  // of the first block
        add(q2_K, 256, true, 0xdfb21399U);
        add(q3_K, 256, true, 0x14520d68U);
        add(q4_K, 256, true, 0xbd4291b4U);
        add(q5_K, 256, true, 0x62e4eb61U);
        add(q6_K, 256, true, 0x7b2022f2U);
        add(iq4_xs, 256, true, 0x20d46917U);
    }
    // Checksums made with an independent transcription in Python, equal to ggml's.
    void self_check_vectors() {
        QFETCH(DType, type);
        QFETCH(std::size_t, elements);
        QFETCH(bool, important);
        QFETCH(std::uint32_t, crc);
        std::vector<float> row(elements);
        std::vector<float> importance(important ? elements : 0);
        for (std::size_t i = 0; i < elements; ++i) {
            const float base = (static_cast<float>(i * 37 % 101) - 50) / 64;
            row[i] = base * (1 + 0.25F * static_cast<float>(i / 32));
            if (important) importance[i] = static_cast<float>(1 + 11 * i % 7);
        }
        std::vector<std::byte> blocks = quantized(type, row, importance);
        if (important && type == q4_0) blocks.resize(18);
        QCOMPARE(crc32(blocks), crc);
    }

    void same_as_ggml_data() {
        QTest::addColumn<DType>("type");
        QTest::addColumn<bool>("written");
        for (const DType type : {q4_0, q4_1, q5_0, q5_1, q8_0, q2_K, q3_K, q4_K, q5_K, q6_K, iq4_nl, iq4_xs,
                                 tq1_0, tq2_0, mxfp4, nvfp4, q1_0, q2_0})
            QTest::addRow("%s", traits(type).name.data()) << type << true;
        for (const DType type : {iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s})
            QTest::addRow("%s", traits(type).name.data()) << type << false;
    }
    void same_as_ggml() {
        QFETCH(DType, type);
        QFETCH(bool, written);
        const auto golden = golden_folder();
        if (!golden) QSKIP("the folder of reference outputs is not there");
        const auto input = contents<float>(*golden / "ggml/input.f32");
        const auto importance = contents<float>(*golden / "ggml/imatrix.f32");
        QCOMPARE(input.size(), rows * columns);
        QCOMPARE(importance.size(), columns);
        int compared = 0;
        for (const bool important : {false, true}) {
            const std::string name = std::string(traits(type).name) + (important ? ".imatrix" : "");
            auto blocks = contents<std::byte>(*golden / "ggml" / (name + ".blocks"));
            auto floats = contents<float>(*golden / "ggml" / (name + ".f32"));
            if (blocks.empty()) continue;
            QCOMPARE(floats.size(), input.size());
            std::vector<float> back(input.size());
            dequantize_ggml_row(type, blocks, back);
            QVERIFY(same_bits(back, floats));
            ++compared;
            if (!written) continue;

            const std::span<const float> weights = important ? importance : std::span<const float>();
            std::vector<std::byte> ours = quantized(type, input, weights);
            std::vector<float> fake = fake_quantized(type, input, weights);
            const std::size_t bytes = ggml_bytes(type, columns);
            for (std::size_t row = 0; row < rows; ++row) {
                if (has_no_golden_bytes(type, row)) continue;
                QVERIFY2(std::memcmp(&ours[row * bytes], &blocks[row * bytes], bytes) == 0,
                         (name + ", row " + std::to_string(row)).c_str());
                QVERIFY(same_bits(std::span(fake).subspan(row * columns, columns),
                                  std::span(floats).subspan(row * columns, columns)));
            }
            // Whatever was written comes back as the fused way says.
            dequantize_ggml_row(type, ours, back);
            QVERIFY(same_bits(back, fake));
        }
        QVERIFY(compared > 0);
    }

    // A real matrix in every type, and what ggml made of it.
    void a_model_with_every_type() {
        const auto models = halfstep::testing::models_folder();
        const auto python = halfstep::testing::python_with_numpy();
        if (!models || !python) QSKIP("the folder of models or Python with NumPy is not there");
        const halfstep::testing::TemporaryFolder folder;
        QProcess script;
        script.start(
            QString::fromStdString(python->string()),
            {QString::fromStdString(halfstep::testing::project_path("tests/oracle/npz_floats.py").string()),
             QString::fromStdString((*models / "gguf-all-types/all-types.reference.npz").string()),
             QString::fromStdString(folder.path().string())});
        QVERIFY(script.waitForFinished(60000) && script.exitCode() == 0);
        const auto model = open_model(*models / "gguf-all-types/all-types.gguf");
        int compared = 0;
        for (const TensorInfo& tensor : model->tensors()) {
            if (traits(tensor.dtype).kind != DTypeKind::ggml_block) continue;
            std::vector<std::byte> blocks(tensor.bytes);
            model->read_bytes(tensor, 0, blocks);
            std::vector<float> floats(tensor.elements);
            dequantize_ggml_row(tensor.dtype, blocks, floats);
            QVERIFY2(same_bits(floats, contents<float>(folder.path(tensor.name + ".f32"))),
                     tensor.name.c_str());
            ++compared;
        }
        QCOMPARE(compared, 21);
    }
};

QTEST_GUILESS_MAIN(TestGgmlGolden)
#include "test_ggml_golden.moc"
