// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/support/bad_files.h"
#include "tests/support/model_facts.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;
namespace fs = std::filesystem;

namespace {

std::string names_of(const Model& model) {
    std::string names;
    for (const TensorInfo& tensor : model.tensors())
        names += (names.empty() ? "" : " ") + tensor.name;
    return names;
}

std::string notes_of(const Model& model) {
    std::string notes;
    for (const Issue& issue : model.issues())
        notes += fmt::format("{}: {}\n", issue.tensor, issue.message);
    return notes;
}

struct Shaped {
    std::string name;
    std::vector<std::int64_t> shape;
    std::int64_t first = 0;  // of the storage, so that no two are the same tensor
};

std::string checkpoint_of(const std::vector<Shaped>& tensors) {
    Pickle pickle;
    pickle.raw("}(");
    for (const Shaped& tensor : tensors) {
        std::vector<std::int64_t> strides(tensor.shape.size(), 1);
        for (std::size_t axis = tensor.shape.size(); axis-- > 1;)
            strides[axis - 1] = strides[axis] * tensor.shape[axis];
        pickle.text(tensor.name)
            .rebuild()
            .storage("Float", "0", 4096)
            .view(tensor.first, tensor.shape, strides);
    }
    return checkpoint_zip(pickle.raw("u").stop(), {{"0", std::string(4 * 4096, '\0')}}).bytes();
}

}  // namespace

class TestPytorch : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

    std::shared_ptr<const Model> open(const std::string& bytes, const char* name = "model.pt") {
        return open_model(folder_.put(name, bytes));
    }

  private slots:
    void the_content_tells_the_format_not_the_name() {
        const std::string pickle = Pickle().dict().tensor().end();
        for (const std::string& bytes : {checkpoint_zip(pickle).bytes(), legacy_checkpoint(pickle)}) {
            const auto model = open(bytes, "weights.safetensors.old");
            QCOMPARE(model->format(), std::string("pytorch"));
            QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
        }
    }

    void other_files_are_called_by_name_data() {
        const BadFiles row;
        row("archive.zip", ZipBuilder{{{"readme.txt", "hello"}}}.bytes(),
            "is a ZIP archive, but holds no model that is known");
        row("pickle.pt", Pickle().raw("}").stop(), "is a Python pickle, but not one that torch.save wrote");
        row("pickle-5.pt", Pickle(5).raw("}").stop(),
            "is a Python pickle, but not one that torch.save wrote");
    }
    void other_files_are_called_by_name() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const std::string said =
            wrongly_said_of(folder_.put(QTest::currentDataTag(), bytes.toStdString()), words);
        QVERIFY2(said.empty(), said.c_str());
    }

    // Stored in place, so the file itself is read; a deflated storage is a file of its own.
    void stored_tensors_are_read_where_they_lie() {
        ZipBuilder zip = checkpoint_zip(Pickle().dict().tensor().end());
        auto model = open(zip.bytes());
        QCOMPARE(model->files().size(), std::size_t{1});
        QCOMPARE(model->find("w")->file_offset, std::uint64_t{zip.bytes().find(floats({1, 2, 3, 4}))});
        zip.parts[1].method = 8;
        model = open(zip.bytes());
        QCOMPARE(model->files().size(), std::size_t{2});
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
    }

    void checksums_of_the_pickle_are_checked() {
        ZipBuilder zip = checkpoint_zip(Pickle().dict().tensor().end());
        zip.parts[0].crc_off = 1;
        const auto model = open(zip.bytes());
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
        QVERIFY(notes_of(*model).find("the checksum of m/data.pkl is wrong") != std::string::npos);
    }

    void small_floats_are_known() {
        const auto typed = [](const char* type, std::int64_t elements) {
            return Pickle()
                .dict()
                .rebuild("_rebuild_tensor_v3")
                .storage("Untyped", "0", 8)
                .number(1)
                .numbers({elements})
                .numbers({1})
                .raw("\x89N")
                .global("torch", type)
                .raw("tR")
                .end();
        };
        const std::string bytes = "\x38\x40\xb8\x01\x7e\xfe\x30\x38";
        const auto opened = [&](const char* type, std::int64_t elements) {
            return open(checkpoint_zip(typed(type, elements), {{"0", bytes}}).bytes());
        };
        // E4M3: 0x40 = 2, 0xb8 = -1, 0x01 = 2^-9; E5M2: 0x40 = 2, 0xb8 = -0.5, 0x01 = 2^-16
        auto model = opened("float8_e4m3fn", 3);
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{2, -1, 0x1p-9}));
        model = opened("float8_e5m2", 3);
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{2, -0.5, 0x1p-16}));
        QCOMPARE(opened("float8_e8m0fnu", 3)->tensors()[0].dtype_name, std::string("f8_e8m0"));
        QCOMPARE(opened("uint16", 3)->tensors()[0].bytes, std::uint64_t{6});
        QVERIFY(!opened("float4_e2m1fn_x2", 3)->tensors()[0].measurable());
    }

    // Tensors of a class of one's own that keeps them as PyTorch does: the function, the class, its
    // arguments.
    void tensors_of_other_classes_are_read() {
        const std::string pickle = Pickle()
                                       .dict()
                                       .global("torch._tensor", "_rebuild_from_type_v2")
                                       .raw("(")
                                       .global("torch._utils", "_rebuild_tensor_v2")
                                       .global("lab", "MyTensor")
                                       .raw("(")
                                       .storage()
                                       .number(0)
                                       .numbers({2, 2})
                                       .numbers({2, 1})
                                       .raw("\x89}t}tR")
                                       .end();
        const auto model = open(checkpoint_zip(pickle).bytes());
        QCOMPARE(values_of(*model, "w"), (std::vector<double>{1, 2, 3, 4}));
    }

    void lazily_negated_numbers_are_not_measured() {
        const std::string pickle = Pickle()
                                       .dict()
                                       .rebuild()
                                       .storage()
                                       .number(0)
                                       .numbers({4})
                                       .numbers({1})
                                       .raw("\x89N}")
                                       .text("neg")
                                       .raw("\x88stR")
                                       .end();
        const auto model = open(checkpoint_zip(pickle).bytes());
        QCOMPARE(model->tensors()[0].dtype_name, std::string("negated f32"));
        QVERIFY(!model->tensors()[0].measurable());
    }

    void names_are_those_of_the_state_dict_data() {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("names");
        QTest::addColumn<QString>("note");
        const auto row = [](const char* name, Pickle& pickle, const char* names, const char* note = "") {
            QTest::newRow(name) << QByteArray::fromStdString(pickle.stop()) << names << note;
        };
        const auto t = [](Pickle& p, const char* key, std::int64_t first) -> Pickle& {
            return p.text(key).rebuild().storage().view(first, {1}, {1});
        };
        Pickle p;
        row("flat", t(t(p.raw("}("), "a.weight", 0), "a.bias", 1).raw("u"), "a.weight a.bias");
        p = Pickle();
        row("under state_dict",
            t(t(p.raw("}(").text("state_dict").raw("}("), "a", 0).raw("u"), "best", 1).raw("u"), "a",
            "the model is what stands under 'state_dict'; left out: 'best' (1 tensor)");
        p = Pickle();
        row("under the one key there is",
            t(p.raw("}(").text("mine").raw("}("), "a", 0).raw("u").text("epoch").raw("K\x05u"), "a");
        p = Pickle();
        row("under several keys",
            t(t(p.raw("}(").text("x").raw("}("), "a", 0).raw("u").text("y").raw("}("), "a", 1).raw("uu"),
            "x.a y.a");
        p = Pickle();
        row("model and its average",
            t(t(p.raw("}(").text("ema").raw("}("), "a", 0).raw("u").text("model").raw("}("), "a", 1)
                .raw("uu"),
            "a", "the model is what stands under 'model'; left out: 'ema' (1 tensor)");
        p = Pickle();
        row("model beside something larger",
            t(t(t(t(p.raw("}(").text("model").raw("}("), "a", 0).raw("u").text("head").raw("}("), "a", 1),
                "b", 2),
              "c", 3)
                .raw("uu"),
            "model.a head.a head.b head.c");
        p = Pickle();
        row("wrapped", t(t(p.raw("}("), "module.a", 0), "module.b", 1).raw("u"), "a b",
            "all names in the file begin with 'module.'");
        p = Pickle();
        row("compiled and wrapped", t(p.raw("}("), "_orig_mod.module.a", 0).raw("u"), "a",
            "begin with '_orig_mod.'");
        p = Pickle();
        row("only one is wrapped", t(t(p.raw("}("), "module.a", 0), "b", 1).raw("u"), "module.a b");
        p = Pickle();
        row("an optimizer beside it",
            t(t(p.raw("}("), "a", 0).text("optimizer").raw("}").text("state").raw("}"), "m", 1).raw("ssu"),
            "a", "the state of an optimizer is left out: 1 tensor, 4 bytes");
        p = Pickle();
        row("an optimizer under another name",
            t(t(p.raw("}("), "a", 0)
                  .text("trainer")
                  .raw("}(")
                  .text("param_groups")
                  .raw("]")
                  .text("state")
                  .raw("}"),
              "m", 1)
                .raw("suu"),
            "a", "the state of an optimizer is left out: 1 tensor, 4 bytes");
        p = Pickle();
        row("random states", t(t(p.raw("}("), "a", 0).text("rng_states").raw("}"), "cuda", 1).raw("su"), "a",
            "left out: 'rng_states' (1 tensor)");
        p = Pickle();
        row("numbers as keys",
            p.raw("}(K\x07")
                .rebuild()
                .storage()
                .view(0, {1}, {1})
                .raw(std::string("\x8a\0", 2))
                .rebuild()
                .storage()
                .view(1, {1}, {1})
                .raw("u"),
            "7 0");
        p = Pickle();
        row("an object of an unknown class", t(p.global("lab", "Net").raw(")\x81}"), "core", 0).raw("sb"),
            "core", "lab.Net");
        p = Pickle();
        row("the same name twice", t(t(p.raw("}("), "a", 0), "a", 1).raw("u"), "a",
            "names that stand there a second time, left out: 'a'");
        p = Pickle();
        row("the same bytes twice", t(t(p.raw("}("), "a", 2), "b", 2).raw("u"), "a",
            "a: also stands under 'b'");
        p = Pickle();
        row("the same bytes five times",
            t(t(t(t(t(p.raw("}("), "a", 2), "b", 2), "c", 2), "d", 2), "e", 2).raw("u"), "a",
            "a: also stands under 'b', 'c', 'd' and 1 more");
        p = Pickle();
        row("a few numbers over and over",
            p.dict("a").rebuild().storage().view(0, {1 << 20U, 1}, {0, 1}).raw("s"), "",
            "show a few numbers over and over again: 'a'");
    }
    void names_are_those_of_the_state_dict() {
        QFETCH(QByteArray, pickle);
        QFETCH(QString, names);
        QFETCH(QString, note);
        const auto model = open(checkpoint_zip(pickle.toStdString()).bytes());
        QCOMPARE(QString::fromStdString(names_of(*model)), names);
        const std::string notes = notes_of(*model);
        QVERIFY2(notes.find(note.toStdString()) != std::string::npos, notes.c_str());
        if (note.isEmpty()) QCOMPARE(notes, std::string());
    }

    void small_values_beside_the_tensors_are_shown() {
        Pickle pickle;
        pickle.raw("}(").text("epoch").raw("K\x0c").text("loss").raw("G\x3f\xd0").raw(std::string(6, '\0'));
        pickle.text("arch").text("resnet18").text("state_dict").raw("}").text("w").tensor().raw("su");
        const auto model = open(checkpoint_zip(pickle.stop()).bytes());
        using Property = std::pair<std::string, std::string>;
        for (const Property& wanted :
             {Property("epoch", "12"), Property("loss", "0.25"), Property("arch", "resnet18"),
              Property("container", "zip"), Property("version", "3")})
            QVERIFY2(std::ranges::count(model->properties(), wanted) == 1, wanted.first.c_str());
    }

    // [inputs, outputs, kernel...]: seen by the bias, where that says nothing by the name.
    void transposed_convolutions_are_recognised_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("second");
        QTest::addColumn<int>("biases");  // 0: none
        QTest::addColumn<int>("channel_axis");
        QTest::newRow("ordinary") << "conv" << 6 << 3 << 6 << 0;
        QTest::newRow("ordinary, in groups") << "conv" << 6 << 1 << 6 << 0;
        QTest::newRow("transposed") << "up" << 6 << 3 << 3 << 1;
        QTest::newRow("transposed to more") << "up" << 3 << 6 << 6 << 1;
        QTest::newRow("transposed, in groups") << "up" << 6 << 2 << 4 << 1;
        QTest::newRow("square") << "conv" << 4 << 4 << 4 << 0;
        QTest::newRow("square, called so") << "deconv1" << 4 << 4 << 4 << 1;
        QTest::newRow("without bias") << "conv" << 6 << 3 << 0 << 0;
        QTest::newRow("without bias, called so") << "net.ConvTranspose_2" << 6 << 3 << 0 << 1;
        QTest::newRow("called so, but with biases of an ordinary one") << "deconv" << 6 << 3 << 6 << 0;
        QTest::newRow("biases of neither") << "conv" << 6 << 4 << 5 << 0;
    }
    void transposed_convolutions_are_recognised() {
        QFETCH(QString, name);
        QFETCH(int, first);
        QFETCH(int, second);
        QFETCH(int, biases);
        QFETCH(int, channel_axis);
        const std::string stem = name.toStdString();
        std::vector<Shaped> tensors = {{stem + ".weight", {first, second, 2, 2}, 0}};
        if (biases > 0) tensors.push_back({stem + ".bias", {biases}, 1000});
        const auto model = open(checkpoint_of(tensors));
        const TensorInfo& weight = model->tensors()[0];
        QVERIFY(weight.role == Role::convolution);
        QCOMPARE(weight.channel_axis, std::optional<int>(channel_axis));
        QCOMPARE(weight.input_axis, std::optional<int>(1 - channel_axis));
    }

    // A network of nn.Sequential names nothing: the weight of one axis tells that 1 is a normalisation.
    void parts_of_normalisations_belong_to_them() {
        const auto model = open(checkpoint_of({{"net.0.weight", {4, 3, 2, 2}, 0},
                                               {"net.0.bias", {4}, 100},
                                               {"net.1.weight", {4}, 200},
                                               {"net.1.bias", {4}, 300},
                                               {"net.1.running_mean", {4}, 400}}));
        QVERIFY(model->find("net.0.bias")->role == Role::bias);
        QVERIFY(model->find("net.1.weight")->role == Role::norm);
        QVERIFY(model->find("net.1.bias")->role == Role::norm);
        QVERIFY(model->find("net.1.running_mean")->role == Role::norm);
    }

    void dense_weights_of_gpt2_are_inputs_first() {
        const auto model = open(checkpoint_of({{"h.0.attn.c_attn.weight", {4, 12}, 0},
                                               {"h.0.mlp.c_fc.weight", {4, 16}, 100},
                                               {"wte.weight", {10, 4}, 300}}));
        QCOMPARE(model->find("h.0.mlp.c_fc.weight")->channel_axis, std::optional<int>(1));
        QCOMPARE(model->find("wte.weight")->channel_axis, std::optional<int>(0));
    }

    void shards_are_opened_by_their_index_and_by_their_folder() {
        const std::string first = checkpoint_zip(Pickle()
                                                     .raw("}(")
                                                     .text("a")
                                                     .tensor()
                                                     .text("b")
                                                     .rebuild()
                                                     .storage()
                                                     .view(0, {2}, {2})
                                                     .text("tied")
                                                     .tensor()
                                                     .raw("u")
                                                     .stop())
                                      .bytes();
        folder_.put("sharded/pytorch_model-00001-of-00002.bin", first);
        folder_.put("sharded/pytorch_model-00002-of-00002.bin",
                    legacy_checkpoint(Pickle().dict("c").tensor().end()));
        const fs::path index = folder_.put(
            "sharded/pytorch_model.bin.index.json",
            R"({"metadata":{"total_size":40},"weight_map":{"a":"pytorch_model-00001-of-00002.bin",)"
            R"("b":"pytorch_model-00001-of-00002.bin","tied":"pytorch_model-00001-of-00002.bin",)"
            R"("c":"pytorch_model-00002-of-00002.bin"}})");
        for (const fs::path& path : {index, index.parent_path()}) {
            const auto model = open_model(path);
            QCOMPARE(model->format(), std::string("pytorch"));
            QCOMPARE(names_of(*model), std::string("a b c"));
            QCOMPARE(values_of(*model, "b"), (std::vector<double>{1, 3}));
            QCOMPARE(values_of(*model, "c"), (std::vector<double>{1, 2, 3, 4}));
        }
        folder_.put("sharded/pytorch_model-00002-of-00002.bin",
                    legacy_checkpoint(Pickle().dict("d").tensor().end()));
        const std::string error = error_of([&] { open_model(index); });
        QVERIFY2(
            error.find("'c': the shard index says that this tensor is in pytorch_model-00002-of-00002.bin") !=
                std::string::npos,
            error.c_str());
    }

    void a_folder_is_opened_by_its_one_checkpoint() {
        const std::string bytes = checkpoint_zip(Pickle().dict().tensor().end()).bytes();
        folder_.put("hf/pytorch_model.bin", bytes);
        folder_.put("hf/training_args.bin", bytes);
        folder_.put("hf/optimizer.pt", bytes);
        QCOMPARE(open_model(folder_.path("hf"))->format(), std::string("pytorch"));
        folder_.put("two/a.pt", bytes);
        folder_.put("two/b.pth", bytes);
        const std::string error = error_of([&] { open_model(folder_.path("two")); });
        QVERIFY2(error.find("this folder holds several models: a.pt, b.pth") != std::string::npos,
                 error.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPytorch)
#include "test_pytorch.moc"
