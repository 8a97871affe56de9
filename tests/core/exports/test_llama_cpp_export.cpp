// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/exports/tensor_patterns.h"
#include "core/model_files/tensor_names.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

using Types = std::map<std::string, std::string>;

// What llama-quantize reads from a --tensor-type-file: white space separates the tokens, the first '=' ends
// the pattern, which is lower-cased and searched for in the name.
struct ReadPattern {
    std::regex pattern;
    std::string type;
};

std::vector<ReadPattern> read_patterns(const std::filesystem::path& file) {
    std::vector<ReadPattern> patterns;
    std::ifstream stream(file);
    for (std::string token; stream >> token;) {
        const std::size_t equals = token.find('=');
        std::string name = token.substr(0, equals);
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        patterns.push_back({std::regex(name), token.substr(equals + 1)});
    }
    return patterns;
}

// Every type that some pattern gives the tensor: exactly one is right, whichever of them counts in a build.
std::string types_for(const std::vector<ReadPattern>& patterns, const std::string& name) {
    std::string types;
    for (const auto& [pattern, type] : patterns)
        if (std::regex_search(name, pattern)) types += (types.empty() ? "" : "+") + type;
    return types;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

class Exported {
  public:
    Exported(const Model& model, const Plan& plan) {
        out_ = folder_.filePath("types.txt").toStdString();
        files_ = find_export_target("llama.cpp").export_plan({model, plan, out_});
        patterns_ = read_patterns(out_);
    }
    std::string type(const std::string& name) const { return types_for(patterns_, name); }
    std::string text() const { return text_of(out_); }
    std::string command() const { return text_of(files_.at(1)); }
    std::size_t lines() const { return patterns_.size(); }

  private:
    QTemporaryDir folder_;
    std::filesystem::path out_;
    std::vector<std::filesystem::path> files_;
    std::vector<ReadPattern> patterns_;
};

std::string refusal(const Model& model, const Plan& plan) {
    const QTemporaryDir folder;
    const std::filesystem::path out = folder.filePath("types.txt").toStdString();
    try {
        find_export_target("llama.cpp").export_plan({model, plan, out});
    } catch (const Error& error) {
        return std::filesystem::is_empty(out.parent_path()) ? error.what() : "left something behind";
    }
    return "accepted";
}

Model hugging_face_llama(int layers) {
    std::vector<TensorInfo> tensors{described_matrix("model.embed_tokens.weight", 512, 256)};
    for (int i = 0; i < layers; ++i) {
        const std::string layer = "model.layers." + std::to_string(i) + ".";
        for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
                                 "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"})
            tensors.push_back(described_matrix(layer + name + ".weight", 256, 256));
        tensors.push_back(described_vector(layer + "input_layernorm.weight", 256));
        tensors.push_back(described_vector(layer + "post_attention_layernorm.weight", 256));
    }
    tensors.push_back(described_vector("model.norm.weight", 256));
    tensors.push_back(described_matrix("lm_head.weight", 512, 256));
    return described_model(std::move(tensors), "models/llama/model.safetensors");
}

void set(Plan& plan, const std::string& tensor, const char* scheme) {
    std::ranges::find(plan.entries, tensor, &Plan::Entry::tensor)->scheme = parse_scheme(scheme);
}

}  // namespace

class TestLlamaCppExport : public QObject {
    Q_OBJECT
  private slots:
    void names_become_gguf_names_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* from, const char* to) { QTest::newRow(from) << from << to; };
        row("model.embed_tokens.weight", "token_embd.weight");
        row("lm_head.weight", "output.weight");
        row("model.norm.weight", "output_norm.weight");
        row("model.layers.0.input_layernorm.weight", "blk.0.attn_norm.weight");
        row("model.layers.31.post_attention_layernorm.weight", "blk.31.ffn_norm.weight");
        row("model.layers.7.self_attn.q_proj.weight", "blk.7.attn_q.weight");
        row("model.layers.7.self_attn.k_proj.bias", "blk.7.attn_k.bias");
        row("model.layers.7.self_attn.v_proj.weight", "blk.7.attn_v.weight");
        row("model.layers.7.self_attn.o_proj.weight", "blk.7.attn_output.weight");
        row("model.layers.12.mlp.gate_proj.weight", "blk.12.ffn_gate.weight");
        row("model.layers.12.mlp.up_proj.weight", "blk.12.ffn_up.weight");
        row("model.layers.12.mlp.down_proj.weight", "blk.12.ffn_down.weight");
        row("tok_embeddings.weight", "token_embd.weight");
        row("output.weight", "output.weight");
        row("norm.weight", "output_norm.weight");
        row("layers.4.attention.wo.weight", "blk.4.attn_output.weight");
        row("layers.4.feed_forward.w1.weight", "blk.4.ffn_gate.weight");
        row("layers.4.feed_forward.w2.weight", "blk.4.ffn_down.weight");
        row("layers.4.feed_forward.w3.weight", "blk.4.ffn_up.weight");
        row("blk.3.ssm_in.weight", "blk.3.ssm_in.weight");
        row("conv1.weight", "");
        row("model.layers.x.mlp.up_proj.weight", "");
        row("model.layers.1.mlp.experts.0.up_proj.weight", "");
        row("", "");
    }
    void names_become_gguf_names() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QCOMPARE(QString::fromStdString(gguf_name(from.toStdString()).value_or("")), to);
    }

    void blocks_of_one_type_share_a_line() {
        const Model model = hugging_face_llama(12);
        Plan plan = uniform_plan(model, parse_scheme("q4_0"));
        for (const int block : {0, 1, 11})
            set(plan, "model.layers." + std::to_string(block) + ".mlp.down_proj.weight", "q8_0");
        const Exported exported(model, plan);
        QVERIFY(exported.text().find("^blk\\.(0|1|11)\\.ffn_down\\.weight$=q8_0\n") != std::string::npos);
        QVERIFY(exported.text().find("^blk\\.(2|3|4|5|6|7|8|9|10)\\.ffn_down\\.weight$=q4_0\n") !=
                std::string::npos);
        QCOMPARE(exported.lines(), std::size_t{2 + 6 + 2});
    }

    void every_tensor_gets_exactly_its_type() {
        const Model model = hugging_face_llama(21);
        Plan plan = uniform_plan(model, parse_scheme("q4_0"));
        const char* const schemes[] = {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0",
                                       "fp16", "bf16", "fp32", "keep"};
        const char* const types[] = {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16", "bf16", "f32", "bf16"};
        Types expected;
        std::size_t next = 0;
        for (Plan::Entry& entry : plan.entries) {
            if (!model.find(entry.tensor)->quantizable) continue;
            const std::size_t choice = next++ * 7 % 9;
            entry.scheme = parse_scheme(schemes[choice]);
            expected[*gguf_name(entry.tensor)] = types[choice];
        }
        const Exported exported(model, plan);
        QCOMPARE(expected.size(), std::size_t{21 * 7 + 2});
        for (const auto& [name, type] : expected)
            QCOMPARE(exported.type(name), type);
        QCOMPARE(exported.type("blk.3.attn_norm.weight"), std::string());
        QCOMPARE(exported.type("blk.21.attn_q.weight"), std::string());
        QCOMPARE(exported.type("xblk.3.attn_q.weight"), std::string());
    }

    void nothing_that_the_tool_would_change_or_split_stands_in_the_file() {
        const Model model = hugging_face_llama(3);
        const std::string text = Exported(model, uniform_plan(model, parse_scheme("q8_0"))).text();
        for (std::istringstream lines(text); !lines.eof();) {
            std::string line;
            std::getline(lines, line);
            if (line.empty()) continue;
            QCOMPARE(line.front(), '^');
            QCOMPARE(std::ranges::count(line, '='), std::ptrdiff_t{1});
            QVERIFY(std::ranges::none_of(line, [](unsigned char c) {
                return std::isupper(c) != 0 || std::isspace(c) != 0 || c == '#';
            }));
        }
    }

    void the_command_names_everything_that_is_needed() {
        const Model model = hugging_face_llama(2);
        Plan plan = uniform_plan(model, parse_scheme("q4_0"));
        set(plan, "lm_head.weight", "q8_0");
        set(plan, "model.embed_tokens.weight", "q5_1");
        const std::string command = Exported(model, plan).command();
        for (const char* part :
             {"python3 convert_hf_to_gguf.py 'models/llama' --outtype bf16 --outfile "
              "'models/llama/model-bf16.gguf'\n",
              "--token-embedding-type q5_1 ", "--output-tensor-type q8_0 ", "/types.txt' \\\n",
              "  'models/llama/model-bf16-halfstep.gguf' \\\n", "  Q4_0\n"})
            QVERIFY2(command.find(part) != std::string::npos, part);
    }

    void a_tied_embedding_is_the_output_too() {
        const Model model = described_model(
            {described_matrix("token_embd.weight", 64, 64), described_matrix("blk.0.ffn_up.weight", 64, 64)},
            "it's.gguf", "gguf");
        const std::string command = Exported(model, uniform_plan(model, parse_scheme("q5_0"))).command();
        QVERIFY(command.find("--output-tensor-type q5_0 ") != std::string::npos);
        QVERIFY(command.find("convert") == std::string::npos);
        QVERIFY(command.find("'it'\\''s.gguf'") != std::string::npos);
        QVERIFY(command.find("--allow-requantize") == std::string::npos);
    }

    // Older builds of llama-quantize look at patterns only if the base type is a quantized one.
    void the_base_type_is_a_quantized_one_where_there_is_any() {
        const Model model = described_model({described_matrix("blk.0.ffn_up.weight", 4096, 64),
                                             described_matrix("blk.0.ffn_down.weight", 32, 32)},
                                            "m.gguf", "gguf");
        Plan plan = uniform_plan(model, parse_scheme("fp16"));
        QVERIFY(Exported(model, plan).command().ends_with("  F16\n"));
        set(plan, "blk.0.ffn_down.weight", "q5_1");
        QVERIFY(Exported(model, plan).command().ends_with("  Q5_1\n"));
    }

    void quantized_tensors_of_a_gguf_keep_their_type() {
        const Model model = described_model({described_matrix("blk.0.ffn_up.weight", 64, 256, DType::q4_K),
                                             described_matrix("blk.0.ffn_down.weight", 64, 64, DType::f32)},
                                            "m.gguf", "gguf");
        Plan plan = uniform_plan(model, parse_scheme("q8_0"));
        set(plan, "blk.0.ffn_up.weight", "keep");
        const Exported exported(model, plan);
        QCOMPARE(exported.type("blk.0.ffn_up.weight"), std::string("q4_k"));
        QCOMPARE(exported.type("blk.0.ffn_down.weight"), std::string("q8_0"));
        QVERIFY(exported.command().find("--allow-requantize") != std::string::npos);
    }

    void tensors_that_the_tool_leaves_alone_are_not_named() {
        const Model model = described_model(
            {described_matrix("blk.0.ffn_gate_inp.weight", 8, 64),
             described_matrix("blk.0.ffn_up.weight", 64, 64), described_matrix("blk.0.ssm_a", 8, 64),
             described_vector("blk.0.attn_norm.weight", 64)},
            "m.gguf", "gguf");
        Plan plan = uniform_plan(model, Scheme{});
        set(plan, "blk.0.ffn_up.weight", "q8_0");
        QCOMPARE(Exported(model, plan).lines(), std::size_t{1});
        set(plan, "blk.0.ffn_gate_inp.weight", "q8_0");
        const std::string refused = refusal(model, plan);
        QVERIFY2(refused.find("blk.0.ffn_gate_inp.weight") != std::string::npos, refused.c_str());
    }

    void unusual_characters_are_matched_all_the_same() {
        std::vector<TensorChoice> choices{
            {"Enc.blk=1 x.weight", "q8_0"}, {"enc+(a).weight", "q4_0"}, {"caf\xC3\xA9.weight", "q5_0"}};
        const auto patterns = tensor_patterns(choices);
        QCOMPARE(patterns.size(), std::size_t{3});
        for (const TensorChoice& choice : choices)
            for (const TensorPattern& pattern : patterns)
                QCOMPARE(std::regex_search(choice.name, std::regex(pattern.pattern)),
                         pattern.type == choice.type);
        choices.push_back({"enc.blk=1 x.weight", "q4_1"});
        choices.push_back({"Enc.blk=1_x.weight", "q4_1"});
        QCOMPARE(tensor_patterns(choices).size(), std::size_t{5});
        choices.push_back({"Fnc.blk=1 x.weight", "q4_1"});
        QVERIFY_EXCEPTION_THROWN(tensor_patterns(choices), Error);
    }

    void what_it_lacks_is_refused_by_name_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("instead");
        const auto row = [](const char* scheme, const char* instead) {
            QTest::newRow(scheme) << scheme << instead;
        };
        row("int4", "q4_0");
        row("int2", "q2_K");
        row("int3:asym:g32", "q3_K");
        row("int4:asym:g32", "q4_1");
        row("mxfp6_e2m3", "q6_K");
        row("mxfp8_e4m3", "q8_0");
        row("mxint8", "q8_0");
        row("nf4:dq", "q4_0");
        row("int5:asym", "q5_1");
        row("int6", "q6_K");
        row("int8", "q8_0");
        row("int16", "fp16");
        row("log4", "q4_0");
        row("kmeans5", "q5_0");
    }
    void what_it_lacks_is_refused_by_name() {
        QFETCH(QString, scheme);
        QFETCH(QString, instead);
        const Model model = hugging_face_llama(2);
        const QString refused =
            QString::fromStdString(refusal(model, uniform_plan(model, parse_scheme(scheme.toStdString()))));
        QVERIFY2(refused.contains("llama.cpp has no " + scheme + ": take " + instead), qPrintable(refused));
        QVERIFY2(refused.contains("'model.embed_tokens.weight' and 15 more"), qPrintable(refused));
    }

    void rows_that_hold_no_whole_blocks_are_refused() {
        const Model model =
            described_model({described_matrix("blk.0.ffn_up.weight", 64, 50)}, "m.gguf", "gguf");
        const std::string refused = refusal(model, uniform_plan(model, parse_scheme("q8_0")));
        QVERIFY2(refused.find("blk.0.ffn_up.weight") != std::string::npos, refused.c_str());
    }

    void block_scaled_formats_that_it_has_are_types_of_its_own() {
        const Model model = hugging_face_llama(1);
        Plan plan = uniform_plan(model, parse_scheme("mxfp4"));
        set(plan, "model.layers.0.mlp.up_proj.weight", "nvfp4");
        const Exported exported(model, plan);
        QCOMPARE(exported.type("blk.0.ffn_down.weight"), std::string("mxfp4"));
        QCOMPARE(exported.type("blk.0.ffn_up.weight"), std::string("nvfp4"));
        // Its nvfp4 has blocks of 64, the format groups of 16.
        const Model narrow =
            described_model({described_matrix("blk.0.ffn_up.weight", 64, 96)}, "m.gguf", "gguf");
        QCOMPARE(refusal(narrow, uniform_plan(narrow, parse_scheme("mxfp4"))), std::string("accepted"));
        const std::string refused = refusal(narrow, uniform_plan(narrow, parse_scheme("nvfp4")));
        QVERIFY2(refused.find("nvfp4 in blocks of 64 weights") != std::string::npos, refused.c_str());
    }

    void tensors_without_a_gguf_name_are_refused() {
        const Model model = described_model({described_matrix("conv1.weight", 64, 64)});
        for (const char* scheme : {"q8_0", "keep"}) {
            const std::string refused = refusal(model, uniform_plan(model, parse_scheme(scheme)));
            QVERIFY2(refused.find("'conv1.weight': no name in GGUF") != std::string::npos, refused.c_str());
        }
    }

    void two_tensors_of_one_gguf_name_are_refused() {
        const Model model = described_model(
            {described_matrix("lm_head.weight", 64, 64), described_matrix("output.weight", 64, 64)});
        const std::string refused = refusal(model, uniform_plan(model, parse_scheme("q8_0")));
        QVERIFY2(refused.find("'output.weight'") != std::string::npos, refused.c_str());
    }

    void real_models_get_their_types() {
        const auto models = models_folder();
        if (!models) QSKIP("the folder of real models is missing");
        for (const char* file :
             {"stories260k-gguf/tinyllm.gguf", "stories260k/derived/stories260K.safetensors"}) {
            if (!std::filesystem::exists(*models / file)) QSKIP("the model is missing");
            std::shared_ptr<const Model> model;
            try {
                model = open_model(*models / file);
            } catch (const Error& error) {
                QFAIL(error.what());
            }
            Plan plan = uniform_plan(*model, parse_scheme("q8_0"));
            for (Plan::Entry& entry : plan.entries)  // rows of 172 weights hold no whole blocks
                if (matrix_shape(*model->find(entry.tensor)).inputs % 32 != 0)
                    entry.scheme = parse_scheme("fp16");
            const Exported exported(*model, plan);
            for (int block = 0; block < 5; ++block) {
                const std::string prefix = "blk." + std::to_string(block) + ".";
                for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up"})
                    QCOMPARE(exported.type(prefix + name + ".weight"), std::string("q8_0"));
                QCOMPARE(exported.type(prefix + "ffn_down.weight"), std::string("f16"));
            }
            QCOMPARE(exported.type("token_embd.weight"), std::string("q8_0"));
            QCOMPARE(exported.type("output.weight"), std::string("q8_0"));
            QCOMPARE(exported.type("blk.0.attn_norm.weight"), std::string());
        }
    }
};

QTEST_GUILESS_MAIN(TestLlamaCppExport)
#include "test_llama_cpp_export.moc"
