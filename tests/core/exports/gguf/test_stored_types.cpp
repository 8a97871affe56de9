// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/block_types.h"
#include "core/exports/gguf/stored_types.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

#include <QTest>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Scheme block_scheme(DType type) {
    Scheme scheme;
    scheme.family = Family::ggml;
    scheme.block_type = type;
    return scheme;
}

}  // namespace

class TestStoredTypes : public QObject {
    Q_OBJECT
  private slots:
    // tensor_type_fallback of llama-quant.cpp (2026); f16 where the fallback does not fit either, and for
    // types that have none.
    void rows_that_are_no_whole_blocks_fall_back_data() {
        QTest::addColumn<DType>("asked");
        QTest::addColumn<int>("row");
        QTest::addColumn<DType>("stored");
        const auto row = [](DType asked, int length, DType stored) {
            QTest::addRow("%s, rows of %d", traits(asked).name.data(), length) << asked << length << stored;
        };
        row(DType::q2_K, 64, DType::q4_0);
        row(DType::q3_K, 96, DType::q4_0);
        row(DType::tq1_0, 64, DType::q4_0);
        row(DType::tq2_0, 64, DType::q4_0);
        row(DType::q2_0, 32, DType::q4_0);
        row(DType::q4_K, 64, DType::q5_0);
        row(DType::q5_K, 288, DType::q5_1);
        row(DType::q6_K, 64, DType::q8_0);
        row(DType::q4_K, 172, DType::f16);
        row(DType::iq4_xs, 172, DType::f16);
        row(DType::q4_0, 172, DType::f16);
        row(DType::q8_0, 40, DType::f16);
        row(DType::q8_0, 64, DType::q8_0);
    }
    void rows_that_are_no_whole_blocks_fall_back() {
        QFETCH(DType, asked);
        QFETCH(int, row);
        QFETCH(DType, stored);
        const TensorInfo tensor = described_matrix("blk.0.ffn_up.weight", 4, row);
        const StoredType type = stored_type(tensor, block_scheme(asked), true, true);
        QCOMPARE(type.type, stored);
        QCOMPARE(type.note.empty(), stored == asked);
        QVERIFY(type.note.empty() || type.note.find(std::to_string(row)) != std::string::npos);
    }

    void what_this_version_cannot_write_is_refused() {
        if (can_write_blocks(DType::iq1_s)) QSKIP("this version writes them all");
        const TensorInfo tensor = described_matrix("w", 4, 256);
        const std::string error =
            error_of([&] { stored_type(tensor, block_scheme(DType::iq1_s), true, true); });
        QVERIFY2(error.find("does not write iq1_s") != std::string::npos, error.c_str());
    }

    void what_llama_quantize_does_not_change_stays_as_the_converter_stores_it() {
        const TensorInfo norm = described_vector("norm", 64, DType::bf16);
        QCOMPARE(stored_type(norm, Scheme{}, false, true).type, DType::f32);
        QCOMPARE(stored_type(norm, Scheme{}, false, false).type, DType::bf16);
        const StoredType asked = stored_type(norm, parse_scheme("q8_0"), false, true);
        QCOMPARE(asked.type, DType::f32);
        QVERIFY(asked.note.find("q8_0") != std::string::npos);
        QVERIFY(stored_type(norm, parse_scheme("fp32"), false, true).note.empty());
        const TensorInfo matrix = described_matrix("w", 4, 64);
        QCOMPARE(stored_type(matrix, Scheme{}, true, true).type, DType::bf16);
        QCOMPARE(stored_type(described_matrix("w", 4, 64, DType::f64), Scheme{}, true, true).type,
                 DType::f32);
        QCOMPARE(stored_type(described_matrix("w", 4, 64, DType::f64), Scheme{}, true, false).type,
                 DType::f64);
    }

    void types_that_gguf_lacks_cannot_be_kept() {
        const TensorInfo tensor = described_matrix("w", 4, 64, DType::f8_e4m3);
        QVERIFY(error_of([&] { stored_type(tensor, Scheme{}, true, true); }).find("f8_e4m3") !=
                std::string::npos);
    }

    void schemes_without_a_type_are_refused_with_another_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("instead");
        QTest::newRow("int4") << "int4:g32"
                              << "take q4_0";
        QTest::newRow("int4 asymmetric") << "int4:asym"
                                         << "take q4_1";
        QTest::newRow("int5") << "int5"
                              << "take q5_0";
        QTest::newRow("int8") << "int8"
                              << "take q8_0";
        QTest::newRow("int12") << "int12"
                               << "take fp16";
        QTest::newRow("nf4") << "nf4"
                             << "take q4_0";
        for (const char* carried : {"keep", "fp16", "bf16", "fp32", "q4_0", "q8_0"})
            QTest::newRow(carried) << carried << "";
    }
    void schemes_without_a_type_are_refused_with_another() {
        QFETCH(QString, scheme);
        QFETCH(QString, instead);
        const std::string reason = why_not_in_gguf(parse_scheme(scheme.toStdString()));
        QCOMPARE(reason.empty(), instead.isEmpty());
        QVERIFY2(QString::fromStdString(reason).endsWith(instead), reason.c_str());
    }

    // llama.h, enum llama_ftype.
    void the_file_type_is_that_of_most_weights() {
        const auto type = [](const std::vector<TypedTensor>& tensors) {
            return static_cast<int>(gguf_file_type(tensors));
        };
        QCOMPARE(type({}), 0);
        QCOMPARE(type({{"blk.0.attn_q.weight", DType::bf16, 10}}), 32);
        QCOMPARE(type({{"blk.0.attn_q.weight", DType::q4_0, 10}, {"output.weight", DType::q8_0, 9}}), 2);
        QCOMPARE(type({{"blk.0.attn_q.weight", DType::q4_K, 10}, {"output.weight", DType::q6_K, 9}}), 14);
        QCOMPARE(type({{"blk.0.attn_q.weight", DType::q4_K, 10}, {"blk.0.attn_v.weight", DType::q6_K, 9}}),
                 15);
        QCOMPARE(type({{"blk.0.attn_q.weight", DType::q4_K, 10}, {"blk.0.attn_v.weight", DType::q6_K, 11}}),
                 18);
        QCOMPARE(type({{"a.weight", DType::f16, 5}, {"b.weight", DType::f32, 6}}), 0);
    }
};

QTEST_GUILESS_MAIN(TestStoredTypes)
#include "test_stored_types.moc"
