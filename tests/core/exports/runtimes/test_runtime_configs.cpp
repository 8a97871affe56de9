// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export_target.h"
#include "tests/core/exports/runtimes/config_reader.h"
#include "tests/core/exports/runtimes/llama_models.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// A scheme of a plan and what the reader of the oracle calls it.
struct Word {
    const char* scheme;
    const char* word;
};

// How a plan gives schemes to the weights of a model of twelve layers.
enum class Pattern {
    uniform,        // the first scheme for all but embedding and head
    excluded,       // the same, without some weights of layers 1 and 10
    whole_layers,   // the second scheme for all of layers 0, 1 and 11
    by_kind,        // the second scheme for all down_proj, the third for the head; layer 3 kept
    scattered,      // all schemes and keep, without order
    scattered_all,  // the same without keep in the layers
    everything,     // the first scheme for everything, the embedding too
};

struct Case {
    const char* target;
    Pattern pattern;
    std::vector<Word> words;
    // Weights that the target leaves alone whatever the plan says.
    bool no_embedding = true;
    bool no_head = false;
};

// Different numbers, in no order (Knuth's multiplicative hash).
std::size_t scattered(std::size_t index) {
    return (index * 2'654'435'761U >> 8U) % 4'093;
}

std::size_t choice_of(Pattern pattern, const std::string& module, std::size_t index, std::size_t schemes) {
    constexpr std::size_t keep = ~std::size_t{0};
    const bool embedding = module == "model.embed_tokens";
    const bool head = module == "lm_head";
    const auto in_layer = [&](int layer) {
        return module.starts_with("model.layers." + std::to_string(layer) + ".");
    };
    const auto is = [&](const char* end) { return module.ends_with(end); };
    if (pattern == Pattern::everything) return 0;
    if (embedding) return keep;
    switch (pattern) {
        case Pattern::uniform:
            return head ? keep : 0;
        case Pattern::excluded:
            return head || (in_layer(1) && is("up_proj")) || (in_layer(10) && is("self_attn.o_proj")) ? keep
                                                                                                      : 0;
        case Pattern::whole_layers:
            return head ? keep : in_layer(0) || in_layer(1) || in_layer(11) ? 1 : 0;
        case Pattern::by_kind:
            if (in_layer(3)) return keep;
            return head ? schemes - 1 : is("down_proj") ? 1 : 0;
        case Pattern::scattered: {
            const std::size_t choice = scattered(index) % (schemes + 1);
            return choice == schemes ? keep : choice;
        }
        case Pattern::scattered_all:
            return scattered(index) % schemes;
        case Pattern::everything:
            break;
    }
    return 0;
}

std::vector<Case> cases() {
    using enum Pattern;
    std::vector<Case> all;
    const std::vector<Word> gptq{{"int4:g128", "int4 sym g128"},
                                 {"int8:g32", "int8 sym g32"},
                                 {"int3:asym", "int3 asym channel"},
                                 {"int2:g64:symfull", "int2 sym g64"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered})
        all.push_back({"gptq", pattern, gptq});
    const std::vector<Word> tensors{{"int4:g128", "int4 sym g128"},
                                    {"int8", "int8 sym channel"},
                                    {"int5:asym:g32:mse", "int5 asym g32 mse"},
                                    {"fp8_e4m3", "fp8 channel"},
                                    {"fp8_e4m3:tensor", "fp8 tensor"},
                                    {"int8:tensor", "int8 sym tensor"},
                                    {"mxfp4", "mxfp4"},
                                    {"mxfp8_e4m3", "mxfp8"},
                                    {"nvfp4", "nvfp4"}};
    for (const char* target : {"compressed-tensors", "llm-compressor"})
        for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered})
            all.push_back({target, pattern, tensors});
    const std::vector<Word> awq{{"int4:asym:g64", "int4 asym g64"}};
    for (const Pattern pattern : {uniform, excluded, everything})
        all.push_back({"awq", pattern, awq, true, true});
    for (const std::vector<Word>& words :
         {std::vector<Word>{{"nf4", "nf4 g64"}}, {{"nf4:dq", "nf4 g64 dq"}}, {{"int8", "int8 sym channel"}}})
        for (const Pattern pattern : {uniform, excluded, everything})
            all.push_back({"bitsandbytes", pattern, words});
    const std::vector<Word> hqq{{"int4:asym:g64", "int4 asym g64"},
                                {"int8:asym", "int8 asym channel"},
                                {"int2:asym:g8", "int2 asym g8"}};
    for (const Pattern pattern : {uniform, excluded, by_kind, everything})
        all.push_back({"hqq", pattern, hqq});
    const std::vector<Word> torchao{{"int4:asym:g128", "int4 asym g128"}, {"int4:g128", "int4 sym g128"},
                                    {"int8", "int8 sym channel"},         {"int8:g64", "int8 sym g64"},
                                    {"int8:tensor", "int8 sym tensor"},   {"int8:asym", "int8 asym channel"},
                                    {"int3:asym:g16", "int3 asym g16"},   {"fp8_e4m3", "fp8 channel"},
                                    {"fp8_e4m3:tensor", "fp8 tensor"},    {"nvfp4", "nvfp4"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered})
        all.push_back({"torchao", pattern, torchao});
    const std::vector<Word> ints{{"int4:g128", "int4 sym g128"},
                                 {"int8:asym", "int8 asym channel"},
                                 {"int2:asym:g32", "int2 asym g32"}};
    const std::vector<Word> floats{{"mxfp4", "mxfp4"}, {"mxfp8_e4m3", "mxfp8"}, {"nvfp4", "nvfp4"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered})
        for (const std::vector<Word>& words : {ints, floats})
            all.push_back({"auto-round", pattern, words});
    const std::vector<Word> modelopt{{"int4:g128", "int4 sym g128"},
                                     {"int8", "int8 sym channel"},
                                     {"int8:tensor", "int8 sym tensor"},
                                     {"fp8_e4m3", "fp8 channel"},
                                     {"fp8_e4m3:tensor", "fp8 tensor"},
                                     {"fp8_e4m3:g128", "fp8 g128"},
                                     {"nvfp4", "nvfp4"},
                                     {"mxfp4", "mx e2m1"},
                                     {"mxfp6_e2m3", "mx e2m3"},
                                     {"mxfp6_e3m2", "mx e3m2"},
                                     {"mxfp8_e4m3", "mx e4m3"},
                                     {"mxfp8_e5m2", "mx e5m2"},
                                     {"mxint8", "mx 8"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered})
        all.push_back({"modelopt", pattern, modelopt});
    const std::vector<Word> mlx{{"int4:asym:g64", "int4 asym g64"},
                                {"int6:asym:g128", "int6 asym g128"},
                                {"int3:asym:g32", "int3 asym g32"},
                                {"mxfp4", "mxfp4"},
                                {"nvfp4", "nvfp4"},
                                {"mxfp8_e4m3", "mxfp8"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered, everything})
        all.push_back({"mlx", pattern, mlx, false});
    const std::vector<Word> nncf{{"int4:g128", "int4 sym g128"},
                                 {"int8:asym", "int8 asym channel"},
                                 {"int8", "int8 sym channel"},
                                 {"int4:asym", "int4 asym channel"},
                                 {"nf4", "nf4 g64"},
                                 {"mxfp4", "mxfp4 g32"},
                                 {"nvfp4", "nvfp4 g16"},
                                 {"fp8_e4m3", "fp8_e4m3 channel"},
                                 {"fp4_e2m1:g32", "fp4 g32"},
                                 {"mxfp8_e4m3", "mxfp8_e4m3 g32"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered, everything})
        all.push_back({"nncf", pattern, nncf, false});
    const std::vector<Word> onnx{{"int8", "int8 sym axis 0"},
                                 {"int4:asym", "int4 asym axis 0"},
                                 {"int16:tensor", "int16 sym tensor"},
                                 {"int8:asym:tensor", "int8 asym tensor"}};
    for (const Pattern pattern : {uniform, excluded, whole_layers, by_kind, scattered, everything})
        all.push_back({"onnxruntime", pattern, onnx, false});
    return all;
}

const char* name_of(Pattern pattern) {
    constexpr const char* names[] = {"uniform",   "excluded",      "whole layers", "by kind",
                                     "scattered", "scattered all", "everything"};
    return names[static_cast<int>(pattern)];
}

bool names_weights(const QString& target) {
    return target == "onnxruntime" || target == "aimet";
}

struct Chosen {
    Plan plan;
    QJsonObject expected;
};

// The plan of a case, and what the reader is to say of each module.
Chosen chosen_for(const Case& test, const Model& model, const std::vector<NamedWeight>& weights) {
    Chosen chosen{uniform_plan(model, Scheme{}), {}};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto& [tensor, module] = weights[i];
        const std::size_t choice = choice_of(test.pattern, module, i, test.words.size());
        QString word = "keep";
        if (choice < test.words.size()) {
            set_scheme(chosen.plan, tensor, test.words[choice].scheme);
            word = test.words[choice].word;
        }
        if ((module == "model.embed_tokens" && test.no_embedding) || (module == "lm_head" && test.no_head))
            word = "keep";
        chosen.expected[QString::fromStdString(module) + (names_weights(test.target) ? ".weight" : "")] =
            word;
    }
    return chosen;
}

}  // namespace

// What is written is read by scripts that follow each runtime's own rules, and has to say of every weight
// what the plan says of it.
class TestRuntimeConfigs : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (!python_with_numpy()) QSKIP("python3 with numpy is missing");
    }

    void what_is_read_is_what_was_planned_data() {
        QTest::addColumn<QString>("target");
        QString last;
        for (const Case& test : cases())
            if (test.target != last) QTest::newRow(test.target) << (last = test.target);
    }
    void what_is_read_is_what_was_planned() {
        QFETCH(QString, target);
        ConfigReader reader;
        for (const auto& [naming, world] :
             {std::pair(Naming::hugging_face, "hf"), {Naming::meta, "meta"}, {Naming::gguf, "gguf"}}) {
            const DescribedLlama llama = described_llama(naming, 12);
            for (const Case& test : cases()) {
                if (test.target != target) continue;
                const Chosen chosen = chosen_for(test, llama.model, llama.weights);
                reader.add(QString("%1, %2, %3").arg(name_of(test.pattern), test.words.front().scheme, world),
                           llama.model, chosen.plan, target, chosen.expected);
            }
        }
        QCOMPARE(reader.difference(), QString());
    }

    // Names that mean something to patterns, JSON, YAML or globs.
    void unusual_names_are_written_so_that_they_are_found() {
        const std::vector<std::string> stems{"a.0.b+(c)|d",
                                             "a.1.b+(c)|d",
                                             "a.0.[x]*?",
                                             "a.0.\"q\"\\e",
                                             "a.0.caf\u00e9 \U0001F600",
                                             "a.0.yes: no # - {}",
                                             "a.0.\x7f\u0085\u2028\ufeff",
                                             "a.0.$^"};
        std::vector<TensorInfo> tensors;
        for (const std::string& stem : stems) {
            tensors.push_back(described_matrix(stem + ".weight", 64, 64));
            tensors.back().block = 0;
        }
        const Model model = described_model(std::move(tensors));
        ConfigReader reader;
        for (const char* target :
             {"gptq", "compressed-tensors", "llm-compressor", "torchao", "modelopt", "auto-round"}) {
            QJsonObject expected;
            for (const std::string& stem : stems)
                expected[QString::fromStdString(stem)] = "int4 sym g64";
            reader.add(target, model, uniform_plan(model, parse_scheme("int4:g64")), target, expected);
        }
        QCOMPARE(reader.difference(), QString());
    }

    // By hand for 256 x 256 with two groups a column: codes 262,144, scales 2,048, their factors and places
    // 96, the order of the rows 8,192; for 128 columns 131,072 and 1,024.
    void exllamav2_counts_bits_as_its_converter_does() {
        const auto path = project_path("resources/samples/tidewater");
        if (!std::filesystem::exists(path)) QSKIP("the sample is missing");
        const std::shared_ptr<const Model> model = open_model(path);
        const QTemporaryDir folder;
        const QString out = folder.filePath("out");
        const auto files =
            find_export_target("exllamav2")
                .export_plan({*model, uniform_plan(*model, parse_scheme("int4:g128")), out.toStdString()});
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject read = QJsonDocument::fromJson(file.readAll()).object();
        const QJsonObject half =
            read["measurement"].toObject()["model.layers.0.self_attn"].toArray()[0].toObject();
        QCOMPARE(half["total_bits"].toInt(), 2 * 272'480 + 2 * 140'384);
        QFile command(out + ".command.txt");
        QCOMPARE(files.size(), std::size_t{2});
        QVERIFY(command.open(QIODevice::ReadOnly));
        // Each of the four layers: those and 3 · 256 · 512 weights of the feed-forward part in 1,618,304
        // bits.
        QVERIFY(command.readAll().contains("-b 4.15 -hb 4"));
    }

    void targets_that_read_the_weights() {
        const auto path = project_path("resources/samples/tidewater");
        if (!std::filesystem::exists(path)) QSKIP("the sample is missing");
        const std::shared_ptr<const Model> model = open_model(path);
        std::vector<NamedWeight> weights;
        for (const TensorInfo& tensor : model->tensors())
            if (tensor.quantizable)
                weights.push_back({tensor.name, tensor.name.substr(0, tensor.name.rfind('.'))});
        const std::vector<Word> aimet{{"int8", "int8 sym channel"},
                                      {"int4:asym:g32:mse", "int4 asym g32"},
                                      {"int16:tensor", "int16 sym tensor"},
                                      {"fp16", "float16"}};
        const std::vector<Word> exllamav2{{"int4:g128", "int4 sym g128"},
                                          {"int6:g32:mse", "int6 sym g32"},
                                          {"int2:g16", "int2 sym g16"},
                                          {"int8:g64", "int8 sym g64"}};
        ConfigReader reader;
        const auto add = [&](const Case& test) {
            const Chosen chosen = chosen_for(test, *model, weights);
            reader.add(QString("%1, %2").arg(test.target, name_of(test.pattern)), *model, chosen.plan,
                       test.target, chosen.expected);
        };
        for (const Pattern pattern :
             {Pattern::uniform, Pattern::scattered, Pattern::scattered_all, Pattern::everything})
            add({"aimet", pattern, aimet, false});
        for (const Pattern pattern : {Pattern::uniform, Pattern::scattered_all})  // its head has a flag
            add({"exllamav2", pattern, exllamav2, true, true});
        QCOMPARE(reader.difference(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRuntimeConfigs)
#include "test_runtime_configs.moc"
