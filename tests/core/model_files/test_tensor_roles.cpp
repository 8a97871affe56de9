// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/input_first.h"
#include "core/model_files/tensor_roles.h"

#include <QTest>

using namespace halfstep;

namespace {

TensorInfo tensor_named(const char* name, std::vector<std::int64_t> shape, DType dtype = DType::f32) {
    TensorInfo tensor;
    tensor.name = name;
    tensor.shape = std::move(shape);
    tensor.elements = 1;
    for (const std::int64_t size : tensor.shape)
        tensor.elements *= static_cast<std::uint64_t>(size);
    tensor.dtype = dtype;
    assign_role(tensor);
    return tensor;
}

}  // namespace

class TestTensorRoles : public QObject {
    Q_OBJECT
  private slots:
    void conv1d_layers_of_gpt2_have_their_inputs_first() {
        std::vector<TensorInfo> gpt2 = {
            tensor_named("h.0.attn.c_attn.weight", {8, 24}), tensor_named("h.0.attn.c_proj.weight", {8, 8}),
            tensor_named("transformer.h.0.mlp.c_fc.weight", {8, 32}),
            tensor_named("h.0.mlp.c_proj.weight", {32, 8}), tensor_named("wte.weight", {50, 8})};
        find_inputs_first(gpt2);
        QCOMPARE(matrix_shape(gpt2[0]).channels, 24U);
        QCOMPARE(matrix_shape(gpt2[1]).channels, 8U);
        QCOMPARE(gpt2[1].channel_axis, 1);
        QCOMPARE(matrix_shape(gpt2[2]).inputs, 8U);
        QCOMPARE(matrix_shape(gpt2[3]).inputs, 32U);
        QCOMPARE(matrix_shape(gpt2[4]).channels, 50U);
        std::vector<TensorInfo> linear = {tensor_named("h.0.attn.c_attn.weight", {24, 8}),
                                          tensor_named("h.0.mlp.c_fc.weight", {32, 8})};
        find_inputs_first(linear);
        QCOMPARE(matrix_shape(linear[0]).channels, 24U);
        QCOMPARE(matrix_shape(linear[1]).channels, 32U);
    }

    void names_of_matrices_tell_their_role_data() {
        QTest::addColumn<QString>("role");
        QTest::addColumn<int>("block");  // -1: none
        const auto row = [](const char* name, const char* role, int block) {
            QTest::newRow(name) << role << block;
        };
        // Llama, Mistral, Qwen, Gemma
        row("model.embed_tokens.weight", "token_embedding", -1);
        row("model.layers.0.self_attn.q_proj.weight", "attention_q", 0);
        row("model.layers.31.self_attn.k_proj.weight", "attention_k", 31);
        row("model.layers.1.self_attn.v_proj.weight", "attention_v", 1);
        row("model.layers.1.self_attn.o_proj.weight", "attention_output", 1);
        row("model.layers.1.mlp.gate_proj.weight", "ffn_gate", 1);
        row("model.layers.1.mlp.up_proj.weight", "ffn_up", 1);
        row("model.layers.1.mlp.down_proj.weight", "ffn_down", 1);
        row("lm_head.weight", "output_head", -1);
        row("model.language_model.layers.7.mlp.down_proj.weight", "ffn_down", 7);
        // Phi-3
        row("model.layers.2.self_attn.qkv_proj.weight", "attention_qkv", 2);
        row("model.layers.2.mlp.gate_up_proj.weight", "ffn_gate_up", 2);
        // Phi-2
        row("model.layers.2.self_attn.dense.weight", "attention_output", 2);
        row("model.layers.2.mlp.fc1.weight", "ffn_up", 2);
        row("model.layers.2.mlp.fc2.weight", "ffn_down", 2);
        // mixtures of experts
        row("model.layers.3.block_sparse_moe.gate.weight", "expert_router", 3);
        row("model.layers.3.block_sparse_moe.experts.5.w1.weight", "ffn_gate", 3);
        row("model.layers.3.block_sparse_moe.experts.5.w2.weight", "ffn_down", 3);
        row("model.layers.3.block_sparse_moe.experts.5.w3.weight", "ffn_up", 3);
        row("model.layers.3.mlp.gate.weight", "expert_router", 3);
        row("model.layers.3.mlp.shared_expert_gate.weight", "expert_router", 3);
        row("model.layers.3.mlp.shared_expert.up_proj.weight", "ffn_up", 3);
        row("model.layers.3.self_attn.kv_a_proj_with_mqa.weight", "attention_qkv", 3);
        // GPT-2
        row("wte.weight", "token_embedding", -1);
        row("wpe.weight", "position_embedding", -1);
        row("h.4.attn.c_attn.weight", "attention_qkv", 4);
        row("h.4.attn.c_proj.weight", "attention_output", 4);
        row("h.4.mlp.c_fc.weight", "ffn_up", 4);
        row("h.4.mlp.c_proj.weight", "ffn_down", 4);
        // GPT-NeoX, Falcon
        row("gpt_neox.embed_in.weight", "token_embedding", -1);
        row("gpt_neox.layers.5.attention.query_key_value.weight", "attention_qkv", 5);
        row("gpt_neox.layers.5.attention.dense.weight", "attention_output", 5);
        row("gpt_neox.layers.5.mlp.dense_h_to_4h.weight", "ffn_up", 5);
        row("gpt_neox.layers.5.mlp.dense_4h_to_h.weight", "ffn_down", 5);
        row("embed_out.weight", "output_head", -1);
        row("transformer.h.6.self_attention.dense.weight", "attention_output", 6);
        row("transformer.word_embeddings.weight", "token_embedding", -1);
        // OPT
        row("model.decoder.embed_positions.weight", "position_embedding", -1);
        row("model.decoder.layers.0.self_attn.out_proj.weight", "attention_output", 0);
        row("model.decoder.layers.0.fc1.weight", "ffn_up", 0);
        row("model.decoder.layers.0.fc2.weight", "ffn_down", 0);
        // BERT
        row("bert.embeddings.word_embeddings.weight", "token_embedding", -1);
        row("bert.embeddings.position_embeddings.weight", "position_embedding", -1);
        row("bert.encoder.layer.8.attention.self.query.weight", "attention_q", 8);
        row("bert.encoder.layer.8.attention.self.key.weight", "attention_k", 8);
        row("bert.encoder.layer.8.attention.self.value.weight", "attention_v", 8);
        row("bert.encoder.layer.8.attention.output.dense.weight", "attention_output", 8);
        row("bert.encoder.layer.8.intermediate.dense.weight", "ffn_up", 8);
        row("bert.encoder.layer.8.output.dense.weight", "ffn_down", 8);
        row("bert.pooler.dense.weight", "dense", -1);
        row("cls.predictions.decoder.weight", "output_head", -1);
        // ViT
        row("vit.encoder.layer.0.attention.attention.query.weight", "attention_q", 0);
        row("blocks.9.attn.qkv.weight", "attention_qkv", 9);
        row("blocks.9.attn.proj.weight", "attention_output", 9);
        row("blocks.9.mlp.fc1.weight", "ffn_up", 9);
        row("classifier.weight", "output_head", -1);
        // T5
        row("shared.weight", "token_embedding", -1);
        row("encoder.block.2.layer.0.SelfAttention.q.weight", "attention_q", 2);
        row("encoder.block.2.layer.0.SelfAttention.o.weight", "attention_output", 2);
        row("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "position_embedding", 0);
        row("decoder.block.2.layer.1.EncDecAttention.k.weight", "attention_k", 2);
        row("encoder.block.2.layer.1.DenseReluDense.wi_0.weight", "ffn_gate", 2);
        row("encoder.block.2.layer.1.DenseReluDense.wi_1.weight", "ffn_up", 2);
        row("encoder.block.2.layer.1.DenseReluDense.wo.weight", "ffn_down", 2);
        // PyTorch's own attention
        row("encoder.layers.1.self_attn.in_proj_weight", "attention_qkv", 1);
        row("encoder.layers.1.linear1.weight", "ffn_up", 1);
        // GGUF
        row("token_embd.weight", "token_embedding", -1);
        row("position_embd.weight", "position_embedding", -1);
        row("blk.11.attn_q.weight", "attention_q", 11);
        row("blk.11.attn_qkv.weight", "attention_qkv", 11);
        row("blk.11.attn_output.weight", "attention_output", 11);
        row("blk.11.ffn_gate_inp.weight", "expert_router", 11);
        row("blk.11.ffn_gate.weight", "ffn_gate", 11);
        row("blk.11.ffn_up_shexp.weight", "ffn_up", 11);
        row("output.weight", "output_head", -1);
        // llama2.c
        row("tok_embeddings.weight", "token_embedding", -1);
        row("layers.2.attention.wq.weight", "attention_q", 2);
        row("layers.2.attention.wo.weight", "attention_output", 2);
        row("layers.2.feed_forward.w1.weight", "ffn_gate", 2);
        row("layers.2.feed_forward.w2.weight", "ffn_down", 2);
        row("layers.2.feed_forward.w3.weight", "ffn_up", 2);
        // others
        row("lstm.weight_ih_l0", "recurrent", -1);
        row("lstm_cell.weight_hh", "recurrent", -1);
        row("fc1.weight", "dense", -1);
        row("something.new.weight", "dense", -1);
        row("unheard_of", "dense", -1);
        row("features.3.weight", "dense", 3);
        row("blk.0.ssm_conv1d.weight", "convolution", 0);
    }

    void names_of_matrices_tell_their_role() {
        QFETCH(QString, role);
        QFETCH(int, block);
        const TensorInfo tensor = tensor_named(QTest::currentDataTag(), {8, 4});
        QCOMPARE(QString::fromStdString(std::string(role_name(tensor.role))), role);
        QCOMPARE(tensor.block.value_or(-1), block);
        QVERIFY(tensor.quantizable);
        QCOMPARE(tensor.channel_axis.value_or(-1), 0);
        QCOMPARE(tensor.input_axis.value_or(-1), 1);
    }

    void what_is_no_weight_is_kept_data() {
        QTest::addColumn<QString>("role");
        QTest::addColumn<std::vector<std::int64_t>>("shape");
        using Shape = std::vector<std::int64_t>;
        const auto row = [](const char* name, const char* role, const Shape& shape) {
            QTest::newRow(name) << role << shape;
        };
        row("model.norm.weight", "norm", {8});
        row("model.layers.0.input_layernorm.weight", "norm", {8});
        row("model.layers.0.self_attn.q_norm.weight", "norm", {8});
        row("h.0.ln_1.weight", "norm", {8});
        row("h.0.ln_1.bias", "bias", {8});
        row("layer1.0.bn2.weight", "norm", {8});
        row("blk.0.attn_norm.weight", "norm", {8});
        row("output_norm.weight", "norm", {8});
        row("bert.embeddings.LayerNorm.gamma", "norm", {8});
        row("layer1.0.downsample.1.weight", "norm", {8});
        row("strange_norm.weight", "norm", {8, 8});
        row("model.layers.0.self_attn.q_proj.bias", "bias", {8});
        row("conv1.bias", "bias", {8});
        row("matrix.bias", "bias", {8, 8});
        row("h.0.attn.bias", "bias", {1, 1, 8, 8});
        row("encoder.layers.1.self_attn.in_proj_bias", "bias", {8});
        row("lstm.bias_ih_l0", "bias", {8});
        row("bn1.running_mean", "other", {8});
        row("bn1.running_var", "other", {8});
        row("bn1.num_batches_tracked", "other", {});
        row("model.layers.0.self_attn.rotary_emb.inv_freq", "other", {8});
        row("rope_freqs.weight", "other", {8});
        row("embeddings.position_ids", "other", {1, 8});
        row("vit.embeddings.cls_token", "other", {1, 1, 8});
        row("logit_scale", "other", {});
        row("model.layers.0.mlp.up_proj.weight_scale", "other", {8, 1});
        row("backbone.layers.0.mixer.A_log", "other", {8, 4});
        row("scalar", "other", {});
    }

    void what_is_no_weight_is_kept() {
        QFETCH(QString, role);
        QFETCH(std::vector<std::int64_t>, shape);
        const TensorInfo tensor = tensor_named(QTest::currentDataTag(), shape);
        QCOMPARE(QString::fromStdString(std::string(role_name(tensor.role))), role);
        QVERIFY(!tensor.quantizable);
        QCOMPARE(tensor.channel_axis.has_value(), shape.size() >= 2);
        QCOMPARE(tensor.input_axis.has_value(), shape.size() >= 2);
    }

    void axes_follow_what_a_weight_is_data() {
        QTest::addColumn<std::vector<std::int64_t>>("shape");
        QTest::addColumn<QString>("role");
        QTest::addColumn<int>("channel_axis");
        using Shape = std::vector<std::int64_t>;
        QTest::newRow("conv1.weight") << Shape{8, 3, 5, 5} << "convolution" << 0;
        QTest::newRow("stft_conv.weight") << Shape{8, 1, 16} << "convolution" << 0;
        QTest::newRow("conv3d.weight") << Shape{8, 3, 2, 2, 2} << "convolution" << 0;
        QTest::newRow("patch_embed.proj.weight") << Shape{8, 3, 4, 4} << "convolution" << 0;
        QTest::newRow("v.patch_embd.weight") << Shape{8, 3, 4, 4} << "convolution" << 0;
        QTest::newRow("blk.0.ffn_down_exps.weight") << Shape{4, 8, 16} << "ffn_down" << 1;
        QTest::newRow("model.layers.0.mlp.experts.gate_up_proj") << Shape{4, 8, 16} << "ffn_gate_up" << 1;
        QTest::newRow("vit.embeddings.position_embeddings") << Shape{1, 8, 16} << "position_embedding" << 1;
    }

    void axes_follow_what_a_weight_is() {
        QFETCH(std::vector<std::int64_t>, shape);
        QFETCH(QString, role);
        QFETCH(int, channel_axis);
        const TensorInfo tensor = tensor_named(QTest::currentDataTag(), shape);
        QCOMPARE(QString::fromStdString(std::string(role_name(tensor.role))), role);
        QCOMPARE(tensor.channel_axis.value_or(-1), channel_axis);
        QCOMPARE(tensor.input_axis.value_or(-1), channel_axis + 1);
        QVERIFY(tensor.quantizable);
    }

    void only_measurable_types_are_quantizable() {
        QVERIFY(tensor_named("lm_head.weight", {8, 4}, DType::bf16).quantizable);
        QVERIFY(!tensor_named("lm_head.weight", {8, 4}, DType::i8).quantizable);
        QVERIFY(tensor_named("lm_head.weight", {8, 32}, DType::q4_0).quantizable);
        QVERIFY(!tensor_named("lm_head.weight", {8, 4}, DType::f8_e8m0).quantizable);
        QVERIFY(!tensor_named("lm_head.weight", {8, 4}, DType::unknown).quantizable);
    }

    void nothing_is_quantizable_without_elements() {
        QVERIFY(!tensor_named("lm_head.weight", {0, 4}).quantizable);
        QVERIFY(!tensor_named("conv1.weight", {8, 3, 0, 5}).quantizable);
    }

    void odd_names_do_no_harm() {
        for (const char* name :
             {"", ".", "...", "weight", ".weight", "0", "999999999999.weight", "/", "a..b"})
            tensor_named(name, {8, 4});
        QVERIFY(!tensor_named("999999999999.weight", {8, 4}).block);
    }
};

QTEST_GUILESS_MAIN(TestTensorRoles)
#include "test_tensor_roles.moc"
