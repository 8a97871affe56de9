// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/module_names.h"
#include "core/model_files/tensor_names.h"
#include "tests/core/exports/runtimes/llama_models.h"
#include "tests/support/tiny_model.h"

#include <QTest>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

QStringList modules(const Model& model, const std::string& tensor) {
    QStringList names;
    for (const std::string& name : ModuleNames(model).of(*model.find(tensor)))
        names << QString::fromStdString(name);
    return names;
}

Model gguf_of(const std::string& architecture, std::vector<TensorInfo> tensors) {
    Model::Contents contents;
    contents.path = "m.gguf";
    contents.format = "gguf";
    contents.architecture = architecture;
    contents.tensors = std::move(tensors);
    return Model(std::move(contents));
}

}  // namespace

class TestModuleNames : public QObject {
    Q_OBJECT
  private slots:
    void names_become_hugging_face_names_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* from, const char* to) { QTest::newRow(from) << from << to; };
        row("token_embd.weight", "model.embed_tokens.weight");
        row("output.weight", "lm_head.weight");
        row("output_norm.weight", "model.norm.weight");
        row("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight");
        row("blk.31.ffn_norm.weight", "model.layers.31.post_attention_layernorm.weight");
        row("blk.7.attn_q.weight", "model.layers.7.self_attn.q_proj.weight");
        row("blk.7.attn_k.bias", "model.layers.7.self_attn.k_proj.bias");
        row("blk.7.attn_output.weight", "model.layers.7.self_attn.o_proj.weight");
        row("blk.12.ffn_down.weight", "model.layers.12.mlp.down_proj.weight");
        row("blk.12.ffn_gate_inp.weight", "model.layers.12.mlp.gate.weight");
        row("blk.2.ffn_up_shexp.weight", "model.layers.2.mlp.shared_expert.up_proj.weight");
        row("tok_embeddings.weight", "model.embed_tokens.weight");
        row("layers.4.attention.wo.weight", "model.layers.4.self_attn.o_proj.weight");
        row("layers.4.feed_forward.w1.weight", "model.layers.4.mlp.gate_proj.weight");
        row("layers.4.feed_forward.w3.weight", "model.layers.4.mlp.up_proj.weight");
        row("norm.weight", "model.norm.weight");
        row("model.layers.3.self_attn.q_proj.weight", "model.layers.3.self_attn.q_proj.weight");
        row("lm_head.weight", "lm_head.weight");
        row("blk.3.ssm_in.weight", "");
        row("blk.x.attn_q.weight", "");
        row("rope_freqs.weight", "");
        row("conv1.weight", "");
        row("", "");
    }
    void names_become_hugging_face_names() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QCOMPARE(QString::fromStdString(hf_name(from.toStdString()).value_or("")), to);
    }

    void the_table_goes_both_ways() {
        for (const Naming naming : {Naming::meta, Naming::gguf}) {
            const DescribedLlama llama = described_llama(naming, 2);
            for (const auto& [tensor, module] : llama.weights) {
                QCOMPARE(hf_name(tensor).value_or(""), module + ".weight");
                if (naming == Naming::gguf) QCOMPARE(gguf_name(module + ".weight").value_or(""), tensor);
                QCOMPARE(modules(llama.model, tensor), QStringList{QString::fromStdString(module)});
            }
        }
    }

    void names_of_other_models_stay() {
        const Model model = described_model(
            {described_matrix("output.weight", 8, 8), described_matrix("encoder.layers.0.fc.weight", 8, 8),
             described_matrix("dense_1/kernel", 8, 8), described_matrix("table", 8, 8)});
        QCOMPARE(modules(model, "output.weight"), QStringList{"output"});
        QCOMPARE(modules(model, "encoder.layers.0.fc.weight"), QStringList{"encoder.layers.0.fc"});
        QCOMPARE(modules(model, "dense_1/kernel"), QStringList{"dense_1"});
        QCOMPARE(modules(model, "table"), QStringList());
        QCOMPARE(ModuleNames(model).why_none(*model.find("table")),
                 std::string("it is not the weight of a module"));
    }

    void a_stack_of_experts_is_a_module_each() {
        TensorInfo stack = described_matrix("blk.3.ffn_up_exps.weight", 8, 8);
        stack.shape = {3, 8, 8};
        QCOMPARE(modules(gguf_of("qwen3moe", {stack}), stack.name),
                 (QStringList{"model.layers.3.mlp.experts.0.up_proj", "model.layers.3.mlp.experts.1.up_proj",
                              "model.layers.3.mlp.experts.2.up_proj"}));
        QCOMPARE(modules(gguf_of("llama", {stack}), stack.name).at(2),
                 QString("model.layers.3.block_sparse_moe.experts.2.w3"));
        QCOMPARE(modules(gguf_of("gemma", {stack}), stack.name), QStringList());
    }

    void architectures_with_other_names_are_not_guessed() {
        const TensorInfo matrix = described_matrix("blk.0.attn_output.weight", 8, 8);
        const Model model = gguf_of("falcon", {matrix});
        QCOMPARE(modules(model, matrix.name), QStringList());
        QVERIFY(ModuleNames(model).why_none(matrix).find("'falcon'") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestModuleNames)
#include "test_module_names.moc"
