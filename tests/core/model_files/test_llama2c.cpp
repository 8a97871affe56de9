// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/model_files/tensor_matching.h"
#include "core/quantize/measure.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/llama2c_builder.h"
#include "tests/support/model_facts.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace halfstep;
using testing::has_issue;
using testing::Llama2cBuilder;
namespace fs = std::filesystem;

namespace {

std::vector<float> values_of(const Model& model, std::string_view name) {
    const TensorInfo& tensor = *model.find(name);
    std::vector<float> values(tensor.elements);
    model.read_floats(tensor, 0, values);
    return values;
}

// "dense 0 1 weight": role, axes, and whether it is quantizable.
std::string use_of(const Model& model, std::string_view name) {
    const TensorInfo& tensor = *model.find(name);
    std::string text(role_name(tensor.role));
    if (tensor.block) text += fmt::format(" in {}", *tensor.block);
    if (tensor.channel_axis) text += fmt::format(" {} {}", *tensor.channel_axis, *tensor.input_axis);
    return text + (tensor.quantizable ? " weight" : "");
}

// A copy with some bytes replaced.
std::string patched(const std::string& bytes, std::size_t at, std::int32_t number) {
    return bytes.substr(0, at) + testing::ByteString().value(number).bytes() +
           bytes.substr(at + sizeof number);
}

}  // namespace

class TestLlama2c : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    std::shared_ptr<const Model> open(const Llama2cBuilder& file) const {
        return open_model(folder_.put("model.bin", file.bytes()));
    }

  private slots:
    void version_0_is_told_by_its_content() {
        const auto model = open_model(folder_.put("no ending", Llama2cBuilder{.version = 0}.bytes()));
        QCOMPARE(model->format(), std::string("llama2.c"));
        QCOMPARE(model->architecture(), std::string("llama"));
        // 10 tensors once in each of 2 layers but the norms' 9; embedding, last norm and two tables.
        QCOMPARE(model->tensors().size(), std::size_t{2 * 9 + 4});
        QCOMPARE(model->tensors()[0].name, std::string("tok_embeddings.weight"));
        QCOMPARE(model->tensors()[1].name, std::string("layers.0.attention_norm.weight"));
        QCOMPARE(model->tensors()[2].name, std::string("layers.1.attention_norm.weight"));
        QCOMPARE(model->tensors().back().name, std::string("freqs_sin"));
        QVERIFY(has_issue(*model, "the output head is the token embedding"));
    }

    void weights_lie_in_the_order_of_version_0() {
        const auto model = open({.version = 0});
        // dim 8, hidden 12, 2 layers, 2 heads, 1 of keys, vocabulary 10, sequence 4: embedding 80 weights,
        // norms 2·8, wq 2·64, wk and wv 2·32 each, wo 2·64, norms 2·8, w1 to w3 2·96 each, norm 8, tables 4·2
        // each.
        const std::pair<const char*, int> firsts[] = {
            {"tok_embeddings.weight", 0},
            {"layers.0.attention_norm.weight", 80},
            {"layers.1.attention_norm.weight", 88},
            {"layers.0.attention.wq.weight", 96},
            {"layers.1.attention.wq.weight", 160},
            {"layers.0.attention.wk.weight", 224},
            {"layers.0.attention.wv.weight", 288},
            {"layers.1.attention.wo.weight", 416},
            {"layers.0.ffn_norm.weight", 480},
            {"layers.0.feed_forward.w1.weight", 496},
            {"layers.0.feed_forward.w2.weight", 688},
            {"layers.1.feed_forward.w3.weight", 976},
            {"norm.weight", 1072},
            {"freqs_cos", 1080},
            {"freqs_sin", 1088},
        };
        for (const auto& [name, first] : firsts)
            QVERIFY2(values_of(*model, name)[0] == static_cast<float>(first) / 8, name);
        QVERIFY((model->find("layers.0.attention.wk.weight")->shape == std::vector<std::int64_t>{4, 8}));
        QVERIFY((model->find("layers.0.feed_forward.w2.weight")->shape == std::vector<std::int64_t>{8, 12}));
        QVERIFY((model->find("freqs_cos")->shape == std::vector<std::int64_t>{4, 2}));
    }

    void roles_and_axes() {
        const auto model = open({.version = 0, .shape = {8, 12, 2, 2, 1, -10, 4}});
        QCOMPARE(use_of(*model, "tok_embeddings.weight"), std::string("token_embedding 0 1 weight"));
        QCOMPARE(use_of(*model, "layers.1.attention.wk.weight"), std::string("attention_k in 1 0 1 weight"));
        QCOMPARE(use_of(*model, "layers.1.attention.wo.weight"),
                 std::string("attention_output in 1 0 1 weight"));
        QCOMPARE(use_of(*model, "layers.0.feed_forward.w2.weight"), std::string("ffn_down in 0 0 1 weight"));
        QCOMPARE(use_of(*model, "layers.0.ffn_norm.weight"), std::string("norm in 0"));
        QCOMPARE(use_of(*model, "freqs_cos"), std::string("other 0 1"));
        QCOMPARE(use_of(*model, "freqs_sin"), std::string("other 0 1"));
        QCOMPARE(use_of(*model, "output.weight"), std::string("output_head 0 1 weight"));
        QVERIFY(!has_issue(*model, "the output head"));
    }

    void version_1_has_norms_first() {
        for (const bool shared : {true, false}) {
            const auto model = open({.shared = static_cast<std::uint8_t>(shared)});
            QCOMPARE(model->tensors().size(), std::size_t{2 * 9 + 2} + (shared ? 0 : 1));
            QCOMPARE(values_of(*model, "layers.0.attention_norm.weight")[0], 0.0F);
            QCOMPARE(values_of(*model, "layers.0.ffn_norm.weight")[0], 16.0F / 8);
            QCOMPARE(values_of(*model, "norm.weight")[0], 32.0F / 8);
            QCOMPARE(values_of(*model, "tok_embeddings.weight")[0], 40.0F / 8);
            QCOMPARE(values_of(*model, "layers.0.attention.wq.weight")[0], 120.0F / 8);
            QCOMPARE(values_of(*model, "layers.1.feed_forward.w3.weight")[95], 1079.0F / 8);
            QCOMPARE(model->find("output.weight") == nullptr, shared);
            if (!shared) QCOMPARE(values_of(*model, "output.weight")[79], 1159.0F / 8);
            QCOMPARE(has_issue(*model, "the output head is the token embedding"), shared);
        }
    }

    void version_2_is_read_in_either_order() {
        for (const bool after_all : {false, true}) {
            const auto model = open({.version = 2, .scales_after_all = after_all});
            const TensorInfo& embedding = *model->find("tok_embeddings.weight");
            QCOMPARE(embedding.dtype_name, std::string("int8 groups of 4"));
            QVERIFY(embedding.dtype == DType::f32 && embedding.decoded && embedding.quantized());
            QCOMPARE(embedding.bytes, std::uint64_t{80 + 80 / 4 * 4});
            QCOMPARE(embedding.readable_bytes(), std::uint64_t{80 * 4});
            QVERIFY(has_issue(*model, "15 tensors already quantized: int8 groups of 4 (15)"));
            const std::vector<float> values = values_of(*model, "tok_embeddings.weight");
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY(values[i] ==
                        static_cast<float>(static_cast<int>(i) - 127) * (static_cast<float>(i / 4 + 1) / 64));
            // Weight 80 of the int8 tensors is in group 20.
            QCOMPARE(values_of(*model, "layers.0.attention.wq.weight")[0], -47 * (21.0F / 64));
            QCOMPARE(values_of(*model, "norm.weight")[0], 32.0F / 8);
            QVERIFY(!model->find("norm.weight")->quantized());
        }
    }

    // Whatever part of the codes is asked for, down to single bytes.
    void parts_of_int8_groups_are_read() {
        const auto model = open({.version = 2, .shape = {128, 96, 1, 2, 1, 100, 4}, .group_size = 64});
        const TensorInfo& tensor = *model->find("tok_embeddings.weight");
        std::vector<std::byte> whole(tensor.readable_bytes());
        model->read_bytes(tensor, 0, whole);
        for (const std::uint64_t first : {0, 1, 4, 255, 256, 16383, 16387})
            for (const std::size_t count : {0, 1, 3, 4, 5, 1000, 20000}) {
                std::vector<std::byte> part(count);
                model->read_bytes(tensor, first, part);
                QVERIFY(
                    std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
            }
    }

    void damage_is_named_data() {
        const testing::BadFiles row;
        const std::string v0 = Llama2cBuilder{.version = 0}.bytes();
        const std::string v1 = Llama2cBuilder{}.bytes();
        const std::string v2 = Llama2cBuilder{.version = 2}.bytes();
        row("version 0, cut", v0.substr(0, v0.size() - 1),
            "'freqs_sin': at byte 4380: its 32 bytes end beyond the file, which ends at byte 4411");
        row("version 0, the header alone", v0.substr(0, 28), "'tok_embeddings.weight': at byte 28");
        row("version 0, the header cut", v0.substr(0, 27), "is not a model file");
        row("magic alone", v1.substr(0, 4), "256 more bytes were expected here");
        row("header cut", v1.substr(0, 255),
            "256 more bytes were expected here, but the file ends at byte 255");
        row("version 3", patched(v1, 4, 3), "at byte 4: this llama2.c file is of version 3");
        row("version 0 with a magic", patched(v1, 4, 0), "of version 0");
        row("negative version", patched(v1, 4, -1), "of version -1");
        row("no dim", patched(v1, 8, 0), "at byte 8: dim is 0, between 1 and 1048576 was expected");
        row("negative hidden_dim", patched(v1, 12, -5), "hidden_dim is -5");
        row("no layers", patched(v1, 16, 0), "n_layers is 0");
        row("a million layers", patched(v1, 16, 1'000'000), "n_layers is 1000000");
        row("no heads", patched(v1, 20, 0), "n_heads is 0");
        row("no heads of keys", patched(v1, 24, 0), "n_kv_heads is 0");
        row("huge vocabulary", patched(v1, 28, 0x7fffffff), "vocab_size is 2147483647");
        row("negative sequence", patched(v1, 32, -1), "seq_len is -1");
        row("heads do not divide dim", patched(v1, 20, 3), "dim 8 cannot be divided into 3 heads");
        row("heads of one", patched(v1, 20, 8), "heads of 1 cannot be divided into the pairs");
        row("heads of keys do not divide heads", patched(patched(v1, 20, 4), 24, 3),
            "4 heads cannot be divided among 3");
        row("more heads of keys than heads", patched(v1, 24, 4), "2 heads cannot be divided among 4");
        std::string bytes = v1;
        bytes[36] = 2;
        row("shared is neither", bytes, "at byte 36: whether the classifier is shared must be 0 or 1, not 2");
        bytes[36] = 0;
        row("head missing", bytes, "'output.weight'");
        row("weights cut", v1.substr(0, v1.size() - 4), "'layers.1.feed_forward.w3.weight'");
        row("no weights", v1.substr(0, 256), "'layers.0.attention_norm.weight': at byte 256");
        row("no groups", patched(v2, 37, 0), "at byte 37: groups of 0 weights, between 1 and dim 8");
        row("negative groups", patched(v2, 37, -4), "groups of -4 weights");
        row("groups above dim", patched(v2, 37, 16), "groups of 16 weights");
        row("groups that do not divide", patched(v2, 37, 7),
            "its 80 weights cannot be divided into groups of 7");
        row("smaller groups than there are scales for", patched(v2, 37, 2), "end beyond the file");
        row("scales cut", v2.substr(0, v2.size() - 1), "'layers.1.feed_forward.w3.weight'");
        row("largest numbers of all",
            Llama2cBuilder{.version = 1}.bytes().substr(0, 8) +
                std::string("\x00\x00\x10\x00\x00\x00\x40\x00\x00\x10\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00"
                            "\x00\x00\x00\x01\x00\x00\x00\x04",
                            28) +
                std::string(220, '\0'),
            "end beyond the file");
    }

    void damage_is_named() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const fs::path path = folder_.put("bad.bin", bytes.toStdString());
        const std::string said = testing::wrongly_said_of(path, words);
        QVERIFY2(said.empty(), said.c_str());
    }

    void what_follows_is_noted() {
        const auto model = open_model(folder_.put("long.bin", Llama2cBuilder{}.bytes() + "12345"));
        QVERIFY(has_issue(*model, "5 bytes follow the last tensor"));
    }

    // Scales that are no numbers do not make the other order look better.
    void odd_scales_are_read_as_they_stand() {
        std::string bytes = Llama2cBuilder{.version = 2}.bytes();
        const std::size_t first_scale = 256 + 40 * 4 + 80;
        const float infinite = std::numeric_limits<float>::infinity();
        std::memcpy(bytes.data() + first_scale, &infinite, sizeof infinite);
        const auto model = open_model(folder_.put("odd.bin", bytes));
        const std::vector<float> values = values_of(*model, "tok_embeddings.weight");
        QCOMPARE(values[0], -infinite);
        QCOMPARE(values[4], -123 * (2.0F / 64));
    }

    // That they are also measured the same is told by quantize/test_same_network.
    void tensors_are_those_of_other_formats() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const auto llama2c = open_model(*models / "stories260k/stories260K.bin");
        for (const char* other_path :
             {"stories260k/derived/stories260K.safetensors", "stories260k-gguf/tinyllm.gguf"}) {
            const auto other = open_model(*models / other_path);
            const ModelMatch match = match_tensors(*llama2c, *other);
            QCOMPARE(match.both.size(), std::size_t{47});  // all but the tables, and the head that is shared
            QCOMPARE(match.only_first.size(), std::size_t{2});
            QCOMPARE(match.only_second.size(), std::size_t{1});
            for (const TensorMatch& pair : match.both)
                QVERIFY(pair.first->block == pair.second->block);
        }
    }

    // Weights that are made out are measured as if a file held them so; what is kept has the bits of its
    // codes.
    void int8_groups_are_measured() {
        const auto model = open({.version = 2, .shape = {256, 96, 1, 2, 1, 300, 4}, .group_size = 64});
        const TensorInfo& tensor = *model->find("tok_embeddings.weight");
        testing::SafetensorsBuilder()
            .add_f32(tensor.name, {300, 256}, values_of(*model, tensor.name))
            .write(folder_.path("made out.safetensors"));
        const auto made_out = open_model(folder_.path("made out.safetensors"));
        std::vector<Scheme> schemes;
        for (const char* notation :
             {"int4", "int4:g64", "int8:tensor", "int8:asym:tensor:mse", "int3:channel:mse", "log4:tensor",
              "kmeans4:tensor", "nf4:tensor", "q4_K", "mxfp4", "fp8_e4m3"})
            schemes.push_back(parse_scheme(notation));
        const TensorMeasurement ours = measure_tensor(*model, tensor, schemes);
        const TensorMeasurement theirs = measure_tensor(*made_out, made_out->tensors()[0], schemes);
        for (std::size_t i = 0; i < schemes.size(); ++i) {
            QVERIFY(ours.results[i].refused.empty());
            QVERIFY(ours.results[i].sums.error_squared == theirs.results[i].sums.error_squared);
            QVERIFY(ours.results[i].sums.error_squared > 0);
            QCOMPARE(ours.results[i].bytes, theirs.results[i].bytes);
        }
        const std::vector<Scheme> keep{parse_scheme("keep")};
        QVERIFY(measure_tensor(*model, tensor, keep).results[0].bits_per_weight == 8 + 32.0 / 64);
    }

    void the_int8_export_is_near_its_original() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const auto quantized = open_model(*models / "stories260k/stories260K-q8.bin");
        const auto original = open_model(*models / "stories260k/stories260K.bin");
        QCOMPARE(quantized->find("tok_embeddings.weight")->dtype_name, std::string("int8 groups of 8"));
        for (const TensorInfo& tensor : quantized->tensors()) {
            const std::vector<float> ours = values_of(*quantized, tensor.name);
            const std::vector<float> exact = values_of(*original, tensor.name);
            for (std::size_t group = 0; group < ours.size(); group += 8) {
                float largest = 0;
                for (std::size_t i = group; i < group + 8; ++i)
                    largest = std::max(largest, std::abs(exact[i]));
                // Half a step of max/127, and a little for the arithmetic.
                const float most = tensor.quantized() ? largest / 127 * 0.50001F : 0;
                for (std::size_t i = group; i < group + 8; ++i)
                    QVERIFY(std::abs(ours[i] - exact[i]) <= most);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestLlama2c)
#include "test_llama2c.moc"
