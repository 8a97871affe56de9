// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/tensor_matching.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <array>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Model model_of(std::vector<TensorInfo> tensors, const char* format, const char* architecture,
               std::vector<std::pair<std::string, std::string>> properties = {}) {
    Model::Contents contents;
    contents.format = format;
    contents.architecture = architecture;
    contents.tensors = std::move(tensors);
    contents.properties = std::move(properties);
    return Model(std::move(contents));
}

const char* const hf_q = "model.layers.0.self_attn.q_proj.weight";
const char* const hf_k = "model.layers.0.self_attn.k_proj.weight";

}  // namespace

class TestTensorMatching : public QObject {
    Q_OBJECT
  private slots:
    void names_are_matched_directly_or_through_gguf() {
        const Model first = model_of(
            {described_matrix("own", 2, 2), described_matrix("blk.0.ffn_up.weight", 4, 2),
             described_matrix("blk.1.ffn_up.weight", 4, 2), described_vector("output_norm.weight", 4)},
            "gguf", "llama");
        const Model second = model_of(
            {described_vector("norm.weight", 4), described_matrix("own", 2, 2),
             described_matrix("model.layers.0.mlp.up_proj.weight", 4, 2),
             described_matrix("model.layers.7.mlp.up_proj.weight", 4, 2), described_matrix("odd", 1, 1)},
            "safetensors", "");
        const ModelMatch match = match_tensors(first, second);
        QCOMPARE(match.both.size(), std::size_t{3});
        QCOMPARE(match.both[0].second->name, std::string("own"));
        QCOMPARE(match.both[1].second->name, std::string("model.layers.0.mlp.up_proj.weight"));
        QCOMPARE(match.both[2].second->name, std::string("norm.weight"));
        for (const TensorMatch& both : match.both)
            QVERIFY(both.problem.empty() && both.rows.head_rows == 0);
        QCOMPARE(match.only_first.size(), std::size_t{1});
        QCOMPARE(match.only_first[0]->name, std::string("blk.1.ffn_up.weight"));
        QCOMPARE(match.only_second.size(), std::size_t{2});
        QCOMPARE(match.only_second[1]->name, std::string("odd"));
    }

    // Both would be "token_embd.weight": nobody knows which is meant.
    void names_that_two_tensors_would_get_match_nothing() {
        const Model first = model_of({described_matrix("token_embd.weight", 2, 2)}, "gguf", "llama");
        const Model second = model_of({described_matrix("embed_tokens.weight", 2, 2),
                                       described_matrix("model.embed_tokens.weight", 2, 2)},
                                      "safetensors", "");
        QCOMPARE(match_tensors(first, second).both.size(), std::size_t{0});
    }

    void other_shapes_are_a_problem() {
        const Model first = model_of({described_matrix("a", 4, 6), described_matrix("b", 4, 6)}, "gguf", "x");
        const Model second =
            model_of({described_matrix("a", 6, 4), described_matrix("b", 4, 6)}, "gguf", "x");
        const ModelMatch match = match_tensors(first, second);
        QCOMPARE(match.both[0].problem, std::string("the shapes differ: 4 rows of 6 weights, and 6 of 4"));
        QVERIFY(match.both[1].problem.empty());
    }

    // Two heads of four rows. The converter turns rows (a0 a1 b0 b1) of a head, halves a and b, into
    // (a0 b0 a1 b1).
    void rows_of_queries_are_permuted() {
        const Model gguf = model_of({described_matrix("blk.0.attn_q.weight", 8, 3)}, "gguf", "llama",
                                    {{"llama.attention.head_count", "2"}});
        const Model hf = model_of({described_matrix(hf_q, 8, 3)}, "safetensors", "LlamaForCausalLM");
        const std::array<std::uint64_t, 8> hf_row_of_gguf{0, 2, 1, 3, 4, 6, 5, 7};
        const RowOrder from_gguf = match_tensors(gguf, hf).both.at(0).rows;
        const RowOrder from_hf = match_tensors(hf, gguf).both.at(0).rows;
        for (std::uint64_t row = 0; row < 8; ++row) {
            QCOMPARE(from_gguf.counterpart(row), hf_row_of_gguf[row]);
            QCOMPARE(from_hf.counterpart(hf_row_of_gguf[row]), row);
        }
        // With heads of six rows the two directions differ: (a0 a1 a2 b0 b1 b2), (a0 b0 a1 b1 a2 b2).
        const RowOrder six{6, true};
        const std::array<std::uint64_t, 6> expected{0, 3, 1, 4, 2, 5};
        for (std::uint64_t row = 0; row < 6; ++row) {
            QCOMPARE(six.counterpart(row), expected[row]);
            QCOMPARE((RowOrder{6, false}.counterpart(expected[row])), row);
            QCOMPARE(six.counterpart(row + 6), expected[row] + 6);
        }
    }

    void the_number_of_heads_is_looked_for_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<quint64>("head_rows");  // of the keys; 0: not permuted, 99: a problem
        QTest::newRow("of keys") << "llama.attention.head_count_kv"
                                 << "2"
                                 << "llama" << quint64{4};
        QTest::newRow("of queries") << "llama.attention.head_count"
                                    << "4"
                                    << "llama" << quint64{2};
        QTest::newRow("of config.json") << "num_key_value_heads"
                                        << "2"
                                        << "llama" << quint64{4};
        QTest::newRow("one for each layer") << "llama.attention.head_count_kv"
                                            << "5 × u32"
                                            << "llama" << quint64{99};
        QTest::newRow("not said") << "other"
                                  << "2"
                                  << "llama" << quint64{99};
        QTest::newRow("that do not divide the rows") << "num_key_value_heads"
                                                     << "3"
                                                     << "llama" << quint64{99};
        QTest::newRow("of odd size") << "num_key_value_heads"
                                     << "8"
                                     << "llama" << quint64{99};
        QTest::newRow("of another architecture") << "num_key_value_heads"
                                                 << "2"
                                                 << "qwen2" << quint64{0};
    }

    void the_number_of_heads_is_looked_for() {
        QFETCH(QString, key);
        QFETCH(QString, text);
        QFETCH(QString, architecture);
        QFETCH(quint64, head_rows);
        const Model gguf =
            model_of({described_matrix("blk.0.attn_k.weight", 8, 3)}, "gguf",
                     architecture.toStdString().c_str(), {{key.toStdString(), text.toStdString()}});
        const Model hf = model_of({described_matrix(hf_k, 8, 3)}, "safetensors", "");
        const TensorMatch both = match_tensors(hf, gguf).both.at(0);
        QCOMPARE(both.problem.empty(), head_rows != 99);
        QCOMPARE(both.rows.head_rows, head_rows == 99 ? 0 : head_rows);
    }

    // llama2.c has the pairs together as GGUF does.
    void other_names_are_not_permuted() {
        const char* const llama2_c = "layers.0.attention.wq.weight";
        const std::vector<std::pair<std::string, std::string>> heads{{"num_attention_heads", "2"}};
        const auto rows = [&](const char* a, const char* b) {
            return match_tensors(model_of({described_matrix(a, 8, 3)}, "safetensors", "", heads),
                                 model_of({described_matrix(b, 8, 3)}, "safetensors", "", heads))
                .both.at(0)
                .rows.head_rows;
        };
        QCOMPARE(rows(llama2_c, llama2_c), std::uint64_t{0});
        QCOMPARE(rows(hf_q, hf_q), std::uint64_t{0});
        QCOMPARE(rows(hf_q, llama2_c), std::uint64_t{4});
        QCOMPARE(rows("blk.0.attn_q.weight", llama2_c), std::uint64_t{0});
    }
};

QTEST_GUILESS_MAIN(TestTensorMatching)
#include "test_tensor_matching.moc"
