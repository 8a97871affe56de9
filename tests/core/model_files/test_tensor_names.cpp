// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/tensor_names.h"

#include <QTest>

#include <string>
#include <vector>

using namespace halfstep;

// One tensor by its names in Hugging Face models, llama2.c's files and GGUF (convert_hf_to_gguf.py).
class TestTensorNames : public QObject {
    Q_OBJECT

  private slots:
    void names_are_translated_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("gguf");
        QTest::addColumn<QString>("hf");
        const auto row = [](const char* name, const char* gguf, const char* hf) {
            QTest::newRow(name) << QString(name) << QString(gguf) << QString(hf);
        };
        row("tok_embeddings.weight", "token_embd.weight", "model.embed_tokens.weight");
        row("model.norm.weight", "output_norm.weight", "model.norm.weight");
        row("layers.3.feed_forward.w2.weight", "blk.3.ffn_down.weight",
            "model.layers.3.mlp.down_proj.weight");
        row("blk.12.attn_q.bias", "blk.12.attn_q.bias", "model.layers.12.self_attn.q_proj.bias");
        row("model.layers.0.mlp.up_proj.weight", "blk.0.ffn_up.weight", "model.layers.0.mlp.up_proj.weight");
        row("blk.2.something.weight", "blk.2.something.weight", "none");
        row("rope_freqs.weight", "rope_freqs.weight", "none");
        row("fc1.weight", "none", "none");
        row("layers.x.attention.wq.weight", "none", "none");
    }
    void names_are_translated() {
        QFETCH(QString, name);
        QFETCH(QString, gguf);
        QFETCH(QString, hf);
        const std::string tensor = name.toStdString();
        QCOMPARE(QString::fromStdString(gguf_name(tensor).value_or("none")), gguf);
        QCOMPARE(QString::fromStdString(hf_name(tensor).value_or("none")), hf);
    }

    void experts_have_a_name_each() {
        using Names = std::vector<std::string>;
        QCOMPARE(hf_expert_names("blk.3.ffn_up_exps.weight", "qwen3moe", 2),
                 (Names{"model.layers.3.mlp.experts.0.up_proj.weight",
                        "model.layers.3.mlp.experts.1.up_proj.weight"}));
        // Mixtral calls gate, down and up w1, w2 and w3.
        QCOMPARE(hf_expert_names("blk.0.ffn_down_exps.weight", "llama", 2),
                 (Names{"model.layers.0.block_sparse_moe.experts.0.w2.weight",
                        "model.layers.0.block_sparse_moe.experts.1.w2.weight"}));
        QVERIFY(hf_expert_names("blk.0.ffn_down_exps.weight", "gpt2", 2).empty());
        QVERIFY(hf_expert_names("blk.0.ffn_down.weight", "llama", 2).empty());
        QVERIFY(hf_expert_names("fc1.weight", "llama", 2).empty());
    }
};

QTEST_GUILESS_MAIN(TestTensorNames)
#include "test_tensor_names.moc"
