// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_family.h"
#include "core/exports/gguf/hf_parameters.h"
#include "core/exports/gguf/quantized_model.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <map>
#include <numeric>

using namespace halfstep;
using namespace halfstep::testing;
using Json = nlohmann::json;

namespace {

// The properties that the reader shows of what was written.
std::map<std::string, std::string> properties_of(const Model& model) {
    return {model.properties().begin(), model.properties().end()};
}

std::vector<float> counted(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

std::vector<float> read(const Model& model, const char* name) {
    const TensorInfo* tensor = model.find(name);
    if (tensor == nullptr) return {};
    std::vector<float> values(tensor->elements);
    model.read_floats(*tensor, 0, values);
    return values;
}

std::shared_ptr<const Model> converted(const TemporaryFolder& folder, const std::string& scheme = "keep",
                                       std::vector<Issue>* issues = nullptr) {
    const auto model = open_model(folder.path("model"));
    const QuantizedModel written = write_quantized_model(*model, uniform_plan(*model, parse_scheme(scheme)),
                                                         folder.path("out.gguf"), {});
    if (issues != nullptr) *issues = written.issues;
    return open_model(folder.path("out.gguf"));
}

bool says(const std::vector<Issue>& issues, const std::string& part) {
    return std::ranges::any_of(
        issues, [&](const Issue& issue) { return issue.message.find(part) != std::string::npos; });
}

}  // namespace

class TestHfToGguf : public QObject {
    Q_OBJECT
  private slots:
    // Source: gguf-py/gguf/tensor_mapping.py of llama.cpp.
    void names_data() {
        QTest::addColumn<HfFamily>("family");
        QTest::addColumn<QString>("theirs");
        QTest::addColumn<QString>("ours");
        const auto row = [](HfFamily family, const char* theirs, const char* ours) {
            QTest::addRow("%s %s", gguf_architecture(family).data(), theirs) << family << theirs << ours;
        };
        using enum HfFamily;
        row(llama, "model.layers.3.post_attention_layernorm.weight", "blk.3.ffn_norm.weight");
        row(qwen2, "model.layers.0.self_attn.q_proj.bias", "blk.0.attn_q.bias");
        row(qwen2, "model.layers.12.self_attn.v_proj.bias", "blk.12.attn_v.bias");
        row(qwen3, "model.layers.0.self_attn.q_norm.weight", "blk.0.attn_q_norm.weight");
        row(qwen3, "model.layers.0.self_attn.k_norm.weight", "blk.0.attn_k_norm.weight");
        row(gemma, "model.layers.1.post_attention_layernorm.weight", "blk.1.ffn_norm.weight");
        row(gemma2, "model.layers.1.post_attention_layernorm.weight", "blk.1.post_attention_norm.weight");
        row(gemma2, "model.layers.1.pre_feedforward_layernorm.weight", "blk.1.ffn_norm.weight");
        row(gemma3, "model.layers.1.post_feedforward_layernorm.weight", "blk.1.post_ffw_norm.weight");
        row(gemma3, "language_model.model.layers.1.mlp.up_proj.weight", "blk.1.ffn_up.weight");
        row(gemma3, "model.language_model.embed_tokens.weight", "token_embd.weight");
        row(llama, "lm_head.weight", "output.weight");
        row(llama, "model.layers.0.mystery.weight", "");
        row(gemma2, "model.layers.x.post_attention_layernorm.weight", "");
    }
    void names() {
        QFETCH(HfFamily, family);
        QFETCH(QString, theirs);
        QFETCH(QString, ours);
        QCOMPARE(QString::fromStdString(gguf_name(theirs.toStdString(), family).value_or("")), ours);
    }

    // Two heads of four rows: rows 0 and 2, 1 and 3 turn together, and go side by side.
    void rows_of_llama_queries_and_keys_are_paired() {
        const TemporaryFolder folder;
        put_config(folder, R"("model_type": "llama", "num_attention_heads": 2, "num_key_value_heads": 1)");
        SafetensorsBuilder()
            .add_bf16("model.embed_tokens.weight", {3, 8}, counted(24))
            .add_f32("model.layers.0.self_attn.q_proj.weight", {8, 8}, counted(64))
            .add_f32("model.layers.0.self_attn.k_proj.bias", {4}, counted(4))
            .add_f32("model.layers.0.self_attn.v_proj.weight", {4, 8}, counted(32))
            .add_f32("model.layers.0.self_attn.rotary_emb.inv_freq", {2}, counted(2))
            .add_bf16("model.norm.weight", {8}, counted(8))
            .write(folder.path("model/model.safetensors"));
        std::vector<Issue> issues;
        const auto model = converted(folder, "keep", &issues);
        QCOMPARE(model->tensors().size(), std::size_t{5});
        const std::vector<float> query = read(*model, "blk.0.attn_q.weight");
        const int rows[] = {0, 2, 1, 3, 4, 6, 5, 7};
        for (std::size_t row = 0; row < 8; ++row)
            for (std::size_t i = 0; i < 8; ++i)
                QVERIFY(query[row * 8 + i] == static_cast<float>(rows[row] * 8 + static_cast<int>(i)));
        QVERIFY((read(*model, "blk.0.attn_k.bias") == std::vector<float>{0, 2, 1, 3}));
        QVERIFY(read(*model, "blk.0.attn_v.weight") == counted(32));
        QCOMPARE(model->find("output_norm.weight")->dtype_name, std::string("f32"));
        QCOMPARE(model->find("token_embd.weight")->dtype_name, std::string("bf16"));
        QVERIFY(says(issues, "neither tokenizer.json nor tokenizer.model"));
        auto properties = properties_of(*model);
        QCOMPARE(properties["general.architecture"], std::string("llama"));
        QCOMPARE(properties["general.file_type"], std::string("0"));  // most weights are f32
        QCOMPARE(properties["llama.rope.dimension_count"], std::string("4"));
        QCOMPARE(properties["llama.attention.head_count_kv"], std::string("1"));
        QCOMPARE(properties["tokenizer.ggml.model"], std::string("none"));
    }

    void norms_of_gemma_are_one_more() {
        const TemporaryFolder folder;
        put_config(folder, R"("model_type": "gemma2", "num_attention_heads": 2, "num_key_value_heads": 1,
            "head_dim": 4, "sliding_window": 4096, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0)");
        SafetensorsBuilder()
            .add_bf16("model.embed_tokens.weight", {3, 8}, counted(24))
            .add_bf16("model.layers.0.post_attention_layernorm.weight", {8}, counted(8))
            .add_bf16("model.layers.0.self_attn.q_proj.weight", {8, 8}, counted(64))
            .add_bf16("lm_head.weight", {3, 8}, counted(24))
            .write(folder.path("model/model.safetensors"));
        const auto model = converted(folder);
        QVERIFY(
            (read(*model, "blk.0.post_attention_norm.weight") == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
        QVERIFY(read(*model, "blk.0.attn_q.weight") == counted(64));  // not paired
        QVERIFY(model->find("output.weight") == nullptr);
        auto properties = properties_of(*model);
        QCOMPARE(properties["gemma2.attention.sliding_window"], std::string("4096"));
        QCOMPARE(properties["gemma2.attn_logit_softcapping"], std::string("50"));
        QCOMPARE(properties["gemma2.final_logit_softcapping"], std::string("30"));
        QCOMPARE(properties["gemma2.attention.key_length"], std::string("4"));
        QCOMPARE(properties["general.file_type"], std::string("32"));
    }

    void a_head_that_is_the_embedding_is_left_out() {
        const TemporaryFolder folder;
        put_config(folder, R"("model_type": "qwen2", "num_attention_heads": 2, "tie_word_embeddings": true)");
        SafetensorsBuilder()
            .add_bf16("model.embed_tokens.weight", {3, 8}, counted(24))
            .add_bf16("lm_head.weight", {3, 8}, counted(24))
            .write(folder.path("model/model.safetensors"));
        QCOMPARE(converted(folder)->tensors().size(), std::size_t{1});
    }

    // Llama 3.1's own numbers, by the formula of its reference implementation, worked out for two pairs.
    void rotary_factors_of_llama3() {
        const Json config =
            Json::parse(R"({"rope_theta": 500000.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0,
            "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}})");
        const std::vector<float> factors = llama3_rope_factors(config, 128);
        QCOMPARE(factors.size(), std::size_t{64});
        QVERIFY(factors.front() == 1.0F);
        QVERIFY(factors.back() == 8.0F);
        // Pair 29: wavelength 2π·500000^(58/128) = 2401.74, smooth (8192/2401.74 − 1)/3 = 0.80362, and
        // 1/(0.19638/8 + 0.80362) = 1.20748.
        QVERIFY2(std::abs(factors[29] - 1.20748F) < 1e-5F, qPrintable(QString::number(factors[29], 'g', 9)));
        QVERIFY(llama3_rope_factors(Json::parse(R"({"rope_scaling": null})"), 128).empty());
    }

    void other_models_keep_their_names() {
        const TemporaryFolder folder;
        folder.put("model/config.json", R"({"model_type": "brandnew"})");
        SafetensorsBuilder()
            .add_bf16("encoder.weight", {2, 32}, counted(64))
            .add_bf16("encoder.bias", {2}, counted(2))
            .write(folder.path("model/model.safetensors"));
        std::vector<Issue> issues;
        const auto model = converted(folder, "q8_0", &issues);
        QCOMPARE(model->find("encoder.weight")->dtype_name, std::string("q8_0"));
        QCOMPARE(model->find("encoder.bias")->dtype_name, std::string("f32"));
        QCOMPARE(model->architecture(), std::string("brandnew"));
        QVERIFY(says(issues, "llama.cpp will not know this model (model_type brandnew)"));
    }

    void what_cannot_be_converted_is_refused_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("part");
        QTest::newRow("no heads") << R"({"model_type": "llama", "hidden_size": 8})"
                                  << "'num_attention_heads' is missing";
        QTest::newRow("no layers") << R"({"model_type": "llama", "hidden_size": 8, "num_attention_heads": 2})"
                                   << "'num_hidden_layers' is missing";
        QTest::newRow("zero heads")
            << R"({"model_type": "llama", "hidden_size": 8, "num_attention_heads": 0})"
            << "'num_attention_heads' is missing";
        QTest::newRow("other heads")
            << R"({"model_type": "llama", "hidden_size": 8, "num_attention_heads": 4, "head_dim": 4})"
            << "it has 8 rows, and 4 heads of 4 rows";
        QTest::newRow("huge number")
            << R"({"model_type": "qwen3", "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 99999999999})"
            << "'num_hidden_layers' is too large";
        QTest::newRow("quantized")
            << R"({"model_type": "llama", "quantization_config": {"quant_method": "gptq"}})"
            << "quantized already (gptq)";
        QTest::newRow("no JSON") << "hello"
                                 << "is not a JSON object";
    }
    void what_cannot_be_converted_is_refused() {
        QFETCH(QString, config);
        QFETCH(QString, part);
        const TemporaryFolder folder;
        folder.put("model/config.json", config.toStdString());
        SafetensorsBuilder()
            .add_bf16("model.embed_tokens.weight", {3, 8}, counted(24))
            .add_f32("model.layers.0.self_attn.q_proj.weight", {8, 8}, counted(64))
            .write(folder.path("model/model.safetensors"));
        const QString error = QString::fromStdString(error_of([&] { converted(folder); }));
        QVERIFY2(error.contains(part), qPrintable(error));
        QVERIFY(!std::filesystem::exists(folder.path("out.gguf")));
    }

    void a_tensor_that_the_family_does_not_have_is_refused() {
        const TemporaryFolder folder;
        put_config(folder, R"("model_type": "llama", "num_attention_heads": 2)");
        SafetensorsBuilder()
            .add_bf16("model.embed_tokens.weight", {3, 8}, counted(24))
            .add_bf16("model.layers.0.mystery.weight", {8, 8}, counted(64))
            .write(folder.path("model/model.safetensors"));
        const std::string error = error_of([&] { converted(folder); });
        QVERIFY2(error.find("'model.layers.0.mystery.weight'") != std::string::npos, error.c_str());
    }

  private:
    static void put_config(const TemporaryFolder& folder, const std::string& members) {
        folder.put(
            "model/config.json",
            R"({"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "max_position_embeddings": 64, )" +
                members + "}");
    }
};

QTEST_GUILESS_MAIN(TestHfToGguf)
#include "test_hf_to_gguf.moc"
