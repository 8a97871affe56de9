// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "tests/core/exports/runtimes/llama_models.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <algorithm>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// The plan's answer: "" where it is written, else the refusal; issues are collected.
struct Outcome {
    std::string refusal;
    std::vector<Issue> issues;
};

Outcome outcome(const Model& model, const Plan& plan, const std::string& target) {
    const TemporaryFolder folder;
    Outcome result;
    try {
        find_export_target(target).export_plan(
            {model, plan, folder.path("out"), {}, {}, [&](const Issue& issue) {
                 result.issues.push_back(issue);
             }});
    } catch (const Error& error) {
        result.refusal = error.what();
        if (!std::filesystem::is_empty(folder.path())) result.refusal += " AND LEFT SOMETHING BEHIND";
    }
    return result;
}

// `scheme` for all matrices of the layers, keep for embedding and head.
Plan layers_with(const DescribedLlama& llama, const char* scheme) {
    Plan plan = uniform_plan(llama.model, parse_scheme(scheme));
    for (const char* kept : {"model.embed_tokens.weight", "lm_head.weight"})
        set_scheme(plan, kept, "keep");
    return plan;
}

}  // namespace

class TestRuntimeRefusals : public QObject {
    Q_OBJECT
  private slots:
    void what_a_runtime_lacks_is_refused_with_the_nearest_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("refusal");
        const auto row = [](const char* target, const char* scheme, const char* refusal) {
            QTest::addRow("%s, %s", target, scheme) << target << scheme << refusal;
        };
        row("gptq", "int5:g128", "GPTQ has no int5:g128: take int4:g128");
        row("gptq", "int4:g100", "GPTQ has no int4:g100: take int4:g128");
        row("gptq", "int4:tensor", "GPTQ has no int4:tensor: take int4");
        row("gptq", "int6:asym:g64", "GPTQ has no int6:asym:g64: take int8:asym:g64");
        row("gptq", "q4_K", "GPTQ has no q4_K: take int4:g128");
        row("gptq", "nf4", "GPTQ has no nf4: take int4:g64");
        row("gptq", "int4:g64:dq", "GPTQ has no int4:g64:dq: take int4:g64");
        row("gptq", "int4:g64:gamma", "GPTQ has no int4:g64:gamma: take int4:g64");
        row("gptq", "int16", "GPTQ has no int16: take int8");
        row("awq", "int4:g128", "AWQ has no int4:g128: take int4:asym:g128");
        row("awq", "int3:asym:g128", "AWQ has no int3:asym:g128: take int4:asym:g128");
        row("bitsandbytes", "fp4_e2m1:g64", "bitsandbytes has no fp4_e2m1:g64: take nf4");
        row("bitsandbytes", "nf4:g128", "bitsandbytes has no nf4:g128: take nf4");
        row("bitsandbytes", "int8:asym", "bitsandbytes has no int8:asym: take int8");
        row("hqq", "int4:g64", "HQQ has no int4:g64: take int4:asym:g64");
        row("compressed-tensors", "int16", "compressed-tensors has no int16: take int8");
        row("compressed-tensors", "fp8_e5m2", "compressed-tensors has no fp8_e5m2: take fp8_e4m3");
        row("torchao", "mxfp4", "torchao has no mxfp4: take nvfp4");
        row("mlx", "int4:g64", "MLX has no int4:g64: take int4:asym:g64");
        row("mlx", "int7:asym:g64", "MLX has no int7:asym:g64: take int8:asym:g64");
        row("mlx", "int4:asym", "MLX has no int4:asym: take int4:asym:g128");
        row("exllamav2", "int4:asym:g64", "exllamav2 has no int4:asym:g64: take int4:g64");
        row("exllamav2", "int4", "exllamav2 has no int4: take int4:g128");
        row("onnxruntime", "int4:g128", "ONNX Runtime has no int4:g128: take int4");
        row("nncf", "int8:g128", "NNCF has no int8:g128: take int8");
        row("aimet", "int3", "AIMET has no int3: take int4");
        row("modelopt", "int4:asym:g128", "Model Optimizer has no int4:asym:g128: take int4:g128");
        row("auto-round", "log4", "AutoRound has no log4: take int4");
    }
    void what_a_runtime_lacks_is_refused_with_the_nearest() {
        QFETCH(QString, target);
        QFETCH(QString, scheme);
        QFETCH(QString, refusal);
        const DescribedLlama llama = described_llama(Naming::hugging_face, 1);
        const std::string name = target.toStdString();
        const Outcome result = outcome(llama.model, layers_with(llama, scheme.toUtf8().constData()), name);
        QCOMPARE(QString::fromStdString(result.refusal),
                 refusal + " (planned for 'model.layers.0.self_attn.q_proj.weight' and 6 more)");
        // What it says to take, it takes.
        const QString nearest = refusal.mid(refusal.indexOf("take ") + 5);
        QCOMPARE(find_export_target(name).why_not(parse_scheme(nearest.toStdString())), std::string());
    }

    void one_setting_for_all_cannot_be_two_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::newRow("awq") << "awq"
                             << "int4:asym:g128"
                             << "int4:asym:g64";
        QTest::newRow("bitsandbytes") << "bitsandbytes"
                                      << "nf4"
                                      << "int8";
        QTest::newRow("bitsandbytes, nested") << "bitsandbytes"
                                              << "nf4"
                                              << "nf4:dq";
        QTest::newRow("auto-round") << "auto-round"
                                    << "int4:g128"
                                    << "mxfp4";
    }
    void one_setting_for_all_cannot_be_two() {
        QFETCH(QString, target);
        QFETCH(QString, first);
        QFETCH(QString, second);
        const DescribedLlama llama = described_llama(Naming::hugging_face, 3);
        Plan plan = layers_with(llama, first.toUtf8().constData());
        set_scheme(plan, "model.layers.1.mlp.down_proj.weight", second.toStdString());
        const QString refusal =
            QString::fromStdString(outcome(llama.model, plan, target.toStdString()).refusal);
        QVERIFY2(refusal.contains(first + " and " + second), qPrintable(refusal));
        // The range is no second setting: the runtime finds it.
        plan = layers_with(llama, first.toUtf8().constData());
        if (first.startsWith("int")) {
            set_scheme(plan, "model.layers.1.mlp.down_proj.weight", first.toStdString() + ":mse");
            QCOMPARE(outcome(llama.model, plan, target.toStdString()).refusal, std::string());
        }
    }

    void hqq_has_one_setting_for_a_kind_of_module() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 3);
        Plan plan = layers_with(llama, "int4:asym:g64");
        set_scheme(plan, "model.layers.2.mlp.up_proj.weight", "int8:asym:g64");
        const std::string refusal = outcome(llama.model, plan, "hqq").refusal;
        for (const char* part :
             {"'mlp.up_proj' in all layers", "int4:asym:g64 for 'model.layers.0.mlp.up_proj'",
              "int8:asym:g64 for 'model.layers.2.mlp.up_proj'"})
            QVERIFY2(refusal.find(part) != std::string::npos, refusal.c_str());
    }

    void exllamav2_quantizes_whole_layers() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        Plan plan = layers_with(llama, "int4:g128");
        set_scheme(plan, "model.layers.1.mlp.up_proj.weight", "keep");
        std::string refusal = outcome(llama.model, plan, "exllamav2").refusal;
        QVERIFY2(refusal.find("'model.layers.1.mlp.up_proj' is kept") != std::string::npos, refusal.c_str());
        const Model other = described_model({described_matrix("model.layers.0.mlp.fc1.weight", 64, 64)});
        refusal = outcome(other, uniform_plan(other, parse_scheme("int4:g32")), "exllamav2").refusal;
        QVERIFY2(refusal.find("no 'model.layers.0.self_attn.q_proj'") != std::string::npos, refusal.c_str());
    }

    void rows_that_do_not_fit_are_refused_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("inputs");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* target, const char* scheme, int channels, int inputs,
                            const char* part) {
            QTest::addRow("%s, %s", target, scheme) << target << scheme << channels << inputs << part;
        };
        row("gptq", "int4:g128", 64, 172, "172 weights are no whole number of groups of 128");
        row("compressed-tensors", "nvfp4", 64, 40, "40 weights are no whole number of groups of 16");
        row("awq", "int4:asym:g32", 60, 64, "the codes of 8 outputs into a word");
        row("auto-round", "int4:g32", 40, 64, "no multiples of 32: 40 and 64");
        row("mlx", "mxfp4", 64, 80, "80 weights are no whole number of groups of 32");
    }
    void rows_that_do_not_fit_are_refused() {
        QFETCH(QString, target);
        QFETCH(QString, scheme);
        QFETCH(int, channels);
        QFETCH(int, inputs);
        QFETCH(QString, part);
        TensorInfo tensor = described_matrix("model.layers.0.mlp.up_proj.weight", channels, inputs);
        tensor.block = 0;
        const Model model = described_model({tensor});
        const QString refusal = QString::fromStdString(
            outcome(model, uniform_plan(model, parse_scheme(scheme.toStdString())), target.toStdString())
                .refusal);
        QVERIFY2(refusal.contains(part) && refusal.contains("model.layers.0.mlp.up_proj.weight"),
                 qPrintable(refusal));
    }

    void what_a_runtime_leaves_alone_is_said() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        const Plan plan = uniform_plan(llama.model, parse_scheme("int4:asym:g128"));
        const Outcome awq = outcome(llama.model, plan, "awq");
        QCOMPARE(awq.refusal, std::string());
        QCOMPARE(awq.issues.size(), std::size_t{2});
        for (const Issue& issue : awq.issues)
            QCOMPARE(issue.severity, Severity::warning);
        QCOMPARE(awq.issues[0].tensor, std::string("model.embed_tokens.weight"));
        QVERIFY(awq.issues[0].message.starts_with(
            "AWQ quantizes no embeddings, and int4:asym:g128 is planned for it: it stays as it is"));
        QCOMPARE(awq.issues[1].tensor, std::string("lm_head.weight"));
        QCOMPARE(outcome(llama.model, plan, "mlx").issues.size(), std::size_t{0});
        QCOMPARE(outcome(llama.model, layers_with(llama, "int4:asym:g128"), "awq").issues.size(),
                 std::size_t{0});
    }

    void types_that_do_not_change_are_said() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        Plan plan = layers_with(llama, "int8");
        set_scheme(plan, "lm_head.weight", "fp32");
        const Outcome gptq = outcome(llama.model, plan, "gptq");
        QCOMPARE(gptq.issues.size(), std::size_t{1});
        QCOMPARE(
            gptq.issues[0].message,
            std::string("GPTQ changes no type of what it does not quantize, and fp32 is planned for it: it "
                        "stays as it is. Set it to keep, so that the plan's size is right"));
        set_scheme(plan, "lm_head.weight", "bf16");  // as it is
        QCOMPARE(outcome(llama.model, plan, "gptq").issues.size(), std::size_t{0});

        TensorInfo blocks = described_matrix("blk.0.attn_output.weight", 256, 256, DType::q4_K);
        TensorInfo matrix = described_matrix("blk.0.ffn_up.weight", 256, 256);
        for (TensorInfo* tensor : {&blocks, &matrix})
            tensor->block = 0;
        Model::Contents contents;
        contents.path = "m.gguf";
        contents.format = "gguf";
        contents.architecture = "llama";
        contents.tensors = {blocks, matrix};
        const Model gguf(std::move(contents));
        plan = uniform_plan(gguf, parse_scheme("int8"));
        set_scheme(plan, blocks.name, "keep");
        const Outcome kept = outcome(gguf, plan, "gptq");
        QCOMPARE(kept.issues.size(), std::size_t{1});
        QCOMPARE(kept.issues[0].message,
                 std::string("GPTQ has no q4_K blocks, and keep is planned for it: it stays "
                             "as it is in the original model, which may be larger"));
    }

    void experts_of_a_stack_count_as_matrices_of_their_own() {
        TensorInfo stack = described_matrix("blk.0.ffn_up_exps.weight", 40, 64);
        stack.shape = {8, 40, 64};
        stack.elements = 8 * 40 * 64;
        stack.channel_axis = 1;
        stack.input_axis = 2;
        stack.block = 0;
        Model::Contents contents;
        contents.path = "m.gguf";
        contents.format = "gguf";
        contents.architecture = "qwen3moe";
        contents.tensors = {stack};
        const Model model(std::move(contents));
        const Plan plan = uniform_plan(model, parse_scheme("int4:asym:g64"));
        QCOMPARE(outcome(model, plan, "gptq").refusal, std::string());
        const std::string refusal = outcome(model, plan, "auto-round").refusal;
        QVERIFY2(refusal.find("no multiples of 32: 40 and 64") != std::string::npos, refusal.c_str());
        QVERIFY(outcome(model, plan, "mlx").refusal.find("stacks the experts") != std::string::npos);
        QVERIFY(outcome(model, plan, "hqq").refusal.find("their last two parts") != std::string::npos);
    }

    void matrices_that_are_joined_want_one_scheme() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        Plan plan = layers_with(llama, "int4:g128");
        set_scheme(plan, "model.layers.1.self_attn.v_proj.weight", "int8:g128");
        const Outcome result = outcome(llama.model, plan, "gptq");
        QCOMPARE(result.issues.size(), std::size_t{1});
        QCOMPARE(result.issues[0].tensor, std::string("model.layers.1.self_attn.v_proj.weight"));
        QVERIFY(result.issues[0].message.find("'model.layers.1.self_attn.q_proj.weight', which has int4:g128 "
                                              "where this has int8:g128") != std::string::npos);
        set_scheme(plan, "model.layers.1.self_attn.q_proj.weight", "int8:g128");
        set_scheme(plan, "model.layers.1.self_attn.k_proj.weight", "int8:g128");
        QCOMPARE(outcome(llama.model, plan, "gptq").issues.size(), std::size_t{0});
        QCOMPARE(outcome(llama.model, plan, "torchao").issues.size(), std::size_t{0});
    }

    void ranges_that_are_not_carried_are_said() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 2);
        const Plan plan = layers_with(llama, "int4:g128:mse");
        const Outcome gptq = outcome(llama.model, plan, "gptq");
        QCOMPARE(gptq.issues.size(), std::size_t{1});
        QCOMPARE(gptq.issues[0].message,
                 std::string("GPTQ finds ranges by its own rule: that of int4:g128:mse is "
                             "not in its configuration, nor those of 13 more"));
        QCOMPARE(outcome(llama.model, plan, "llm-compressor").issues.size(), std::size_t{0});
    }

    void names_that_would_take_others_along_are_refused() {
        std::vector<TensorInfo> tensors{described_matrix("model.layers.0.mlp.gate.weight", 64, 64),
                                        described_matrix("model.layers.0.mlp.gate_proj.weight", 64, 64)};
        for (TensorInfo& tensor : tensors)
            tensor.block = 0;
        const Model model = described_model(tensors);
        Plan plan = uniform_plan(model, parse_scheme("int4:asym:g64"));
        set_scheme(plan, "model.layers.0.mlp.gate.weight", "keep");
        for (const char* target : {"awq", "hqq"}) {
            const std::string refusal = outcome(model, plan, target).refusal;
            QVERIFY2(refusal.find(
                         "would leave out 'model.layers.0.mlp.gate_proj' with 'model.layers.0.mlp.gate'") !=
                         std::string::npos,
                     refusal.c_str());
        }
        for (const char* target : {"gptq", "compressed-tensors", "torchao", "mlx", "nncf"})
            QCOMPARE(outcome(model, plan, target).refusal, std::string());
    }

    void what_cannot_be_named_is_refused() {
        const DescribedLlama falcon = described_llama(Naming::gguf, 1, "falcon");
        const std::string refusal =
            outcome(falcon.model, uniform_plan(falcon.model, parse_scheme("int4:g128")), "torchao").refusal;
        QVERIFY2(refusal.find("'falcon'") != std::string::npos, refusal.c_str());
        const Model bare = described_model({described_matrix("table", 64, 64)});
        QVERIFY(outcome(bare, uniform_plan(bare, parse_scheme("int4:g64")), "torchao")
                    .refusal.find("not the weight of a module") != std::string::npos);
        QCOMPARE(outcome(bare, uniform_plan(bare, parse_scheme("int8")), "onnxruntime").refusal,
                 std::string());
    }

    // Scales of GGUF's and llama2.c's rows would be given to other rows.
    void scales_of_rows_in_another_order_are_refused() {
        for (const Naming naming : {Naming::gguf, Naming::meta}) {
            const DescribedLlama llama = described_llama(naming, 1);
            Plan plan = uniform_plan(llama.model, parse_scheme("int8"));
            const std::string refusal = outcome(llama.model, plan, "aimet").refusal;
            QVERIFY2(refusal.find("in another order in the original model") != std::string::npos,
                     refusal.c_str());
            QVERIFY(refusal.find("'" + llama.weights[1].tensor + "'") != std::string::npos);
            QVERIFY(outcome(llama.model, plan, "onnxruntime").refusal.empty());
        }
    }

    void plans_that_quantize_nothing_are_refused() {
        const DescribedLlama llama = described_llama(Naming::hugging_face, 1);
        Plan plan = uniform_plan(llama.model, Scheme{});
        QVERIFY(outcome(llama.model, plan, "gptq").refusal.find("quantizes nothing that GPTQ") !=
                std::string::npos);
        set_scheme(plan, "model.embed_tokens.weight", "int4:g128");
        QVERIFY(outcome(llama.model, plan, "gptq").refusal.find("quantizes nothing that GPTQ") !=
                std::string::npos);
        set_scheme(plan, "model.norm.weight", "int8");
        QVERIFY(outcome(llama.model, plan, "gptq").refusal.find("weights of matrix products only") !=
                std::string::npos);
    }

    void every_target_lists_what_it_takes() {
        for (const auto& target : export_targets()) {
            std::size_t carried = 0;
            for (const Scheme& format : all_formats()) {
                const auto scheme = carried_scheme(*target, format);
                if (!scheme) continue;
                ++carried;
                QCOMPARE(format_name(*scheme), format_name(format));
                QCOMPARE(target->why_not(*scheme), std::string());
            }
            QVERIFY2(carried > 4, std::string(target->name()).c_str());
        }
        QCOMPARE(to_string(*carried_scheme(find_export_target("awq"), parse_scheme("int4"))),
                 std::string("int4:asym:g128"));
        QVERIFY(!carried_scheme(find_export_target("awq"), parse_scheme("int8")));
    }
};

QTEST_GUILESS_MAIN(TestRuntimeRefusals)
#include "test_runtime_refusals.moc"
