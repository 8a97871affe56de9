// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/model_files/numpy/npy_type.h"
#include "core/model_files/row_reader.h"
#include "tests/support/byte_string.h"
#include "tests/support/model_facts.h"
#include "tests/support/npy_builder.h"
#include "tests/support/numpy_reading.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "tests/support/zip_builder.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

using namespace halfstep;
using testing::floats;
using testing::has_issue;
using testing::npy_file;
using testing::ZipBuilder;
namespace fs = std::filesystem;

namespace {

// Float32 arrays of zeros.
std::string archive(const std::vector<std::pair<std::string, std::string>>& names_and_shapes) {
    ZipBuilder zip;
    for (const auto& [name, shape] : names_and_shapes)
        zip.parts.push_back({name + ".npy", npy_file("<f4", shape, std::string(4096, '\0'), false)});
    return zip.bytes();
}

std::string use_of(const TensorInfo& tensor) {
    std::string text(role_name(tensor.role));
    if (tensor.block) text += fmt::format(" in {}", *tensor.block);
    if (tensor.channel_axis) text += fmt::format(" {} {}", *tensor.channel_axis, *tensor.input_axis);
    return text + (tensor.quantizable ? " weight" : "");
}

}  // namespace

class TestNumpy : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    std::shared_ptr<const Model> open(const std::string& name, const std::string& bytes) const {
        return open_model(folder_.put(name, bytes));
    }

  private slots:
    void files_that_numpy_wrote_agree_with_it() {
        if (!testing::python_with_numpy()) QSKIP("no Python with NumPy here");
        const auto written = testing::run_oracle("tests/oracle/numpy_files.py",
                                                 {QString::fromStdString(folder_.path().string())});
        QVERIFY2(written.isEmpty(), qPrintable(written["failed"].toString()));
        for (const char* name : {"stored.npz", "deflated.npz", "v1.npy", "v2.npy", "v3.npy"}) {
            const fs::path path = folder_.path(name);
            const auto model = open_model(path);
            QVERIFY(std::string_view(name).ends_with(".npy") || model->tensors().size() == 12 * 40 + 28);
            const auto reading = testing::read_by_numpy(path, folder_.path("values"));
            const std::string difference = testing::first_difference(*model, reading);
            QVERIFY2(difference.empty(), difference.c_str());
        }
    }

    void an_array_is_named_after_its_file() {
        const auto model =
            open("layer 3.weight.npy", npy_file("<f4", "(2, 3)", floats({1, 2, 3, 4, 5, 6}), false));
        QCOMPARE(model->format(), std::string("numpy"));
        QCOMPARE(model->tensors().size(), std::size_t{1});
        const TensorInfo& tensor = model->tensors()[0];
        QCOMPARE(tensor.name, std::string("layer 3.weight"));
        QVERIFY((tensor.shape == std::vector<std::int64_t>{2, 3}));
        std::vector<float> values(6);
        model->read_floats(tensor, 0, values);
        QVERIFY((values == std::vector<float>{1, 2, 3, 4, 5, 6}));
    }

    void fortran_order_is_put_right() {
        // [[1, 2, 3], [4, 5, 6]], column after column.
        const auto model = open("f.npy", npy_file("<f4", "(2, 3)", floats({1, 4, 2, 5, 3, 6}), true));
        const TensorInfo& tensor = model->tensors()[0];
        QVERIFY((tensor.shape == std::vector<std::int64_t>{2, 3}));
        std::vector<float> values(6);
        model->read_floats(tensor, 0, values);
        QVERIFY((values == std::vector<float>{1, 2, 3, 4, 5, 6}));
        std::vector<float> part(3);
        RowReader().read_floats(*model, tensor, 2, part);
        QVERIFY((part == std::vector<float>{3, 4, 5}));
    }

    void big_endian_numbers_are_turned_round() {
        const std::string bytes("\x3f\x80\x00\x00\xc0\x20\x00\x00", 8);  // 1 and −2.5
        const auto model = open("b.npy", npy_file(">f4", "(2,)", bytes, false));
        QCOMPARE(model->tensors()[0].dtype_name, std::string("f32"));
        std::vector<float> values(2);
        model->read_floats(model->tensors()[0], 0, values);
        QVERIFY((values == std::vector<float>{1, -2.5F}));
    }

    void types_are_known_data() {
        QTest::addColumn<QString>("descr");
        QTest::addColumn<QString>("expected");  // name, bytes, bytes to turn round, what it is instead
        const auto row = [](const char* descr, const char* expected) {
            QTest::newRow(descr) << QString(descr) << QString(expected);
        };
        row("<f4", "f32 4 0 ");
        row(">f4", "f32 4 4 ");
        row("=f8", "f64 8 0 ");
        row("f2", "f16 2 0 ");
        row(">i2", "i16 2 2 ");
        row(">i1", "i8 1 0 ");
        row("|b1", "bool 1 0 ");
        row("<u8", "u64 8 0 ");
        row(">c8", "c64 8 4 complex numbers");
        row("<c16", "c16 16 0 complex numbers");
        row("<f16", "f16 16 0 floats of more than 64 bits");
        row("|S5", "S5 5 0 text");
        row("<U5", "U5 20 0 text");
        row("|V2", "V2 2 0 raw bytes");
        row("<M8[ns]", "M8[ns] 8 0 dates");
        row("<m8[25s]", "m8[25s] 8 0 spans of time");
        row("|O", "objects 0 0 Python objects");
        for (const char* none : {"", "<", "<f", "<f3", "f4f", "<<f4", "<x4", "<f-4", "<f4 ", "float32", "<M4",
                                 "<M8[ns", "<S99999999999999999999", "<U4294967295", "b2",
                                 "\xc3\xa9"
                                 "4",
                                 "<S1111111111111111111111111111111111"})
            row(none, "none");
    }

    void types_are_known() {
        QFETCH(QString, descr);
        QFETCH(QString, expected);
        const auto type = parse_npy_type(descr.toStdString());
        const std::string text =
            type ? fmt::format("{} {} {} {}", type->name, type->bytes, type->swapped, type->not_numbers)
                 : "none";
        QCOMPARE(QString::fromStdString(text), expected);
    }

    void headers_may_be_written_otherwise_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("version");
        const auto row = [](const char* name, const char* header, int version = 1) {
            QTest::newRow(name) << QString(header) << version;
        };
        row("no padding", "{'descr':'<f4','fortran_order':False,'shape':(2,3)}");
        row("double quotes", "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}\n");
        row("another order", "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}\n");
        row("Python 2", "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n");
        row("commas at the ends", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3,),}\n");
        row("spaces everywhere",
            " { 'descr' :\t'<f4' , 'fortran_order' : False ,\n'shape' : ( 2 , 3 ) , } \n");
        row("version 2", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 2);
        row("version 3", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 3);
    }

    void headers_may_be_written_otherwise() {
        QFETCH(QString, header);
        QFETCH(int, version);
        const auto model = open("h.npy", npy_file(header.toStdString(), floats({1, 2, 3, 4, 5, 6}),
                                                  static_cast<std::uint8_t>(version)));
        QVERIFY((model->tensors()[0].shape == std::vector<std::int64_t>{2, 3}));
        std::vector<float> last(1);
        model->read_floats(model->tensors()[0], 5, last);
        QCOMPARE(last[0], 6.0F);
    }

    void archives_are_told_by_their_entries() {
        const std::string bytes = archive({{"a", "(2, 2)"}, {"layers/b", "(2,)"}});
        const auto model = open("weights", bytes);
        QCOMPARE(model->format(), std::string("numpy"));
        QCOMPARE(model->tensors()[0].name, std::string("a"));
        QCOMPARE(model->tensors()[1].name, std::string("layers/b"));
        const fs::path other = folder_.put("other.zip", ZipBuilder{{{"notes.txt", "text"}}}.bytes());
        const std::string message = testing::error_of([&] { open_model(other); });
        QVERIFY2(message.find("is a ZIP archive") != std::string::npos, message.c_str());
        QVERIFY(has_issue(*open("empty.npz", ZipBuilder{{{"notes.txt", "text"}}}.bytes()),
                          "one entry of the archive is no array: left out"));
    }

    // Pickles are never read; what they could do shows in no way but the note.
    void what_is_not_numbers_is_listed_or_left_out() {
        const std::string pickle = "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.";
        ZipBuilder zip;
        zip.parts = {
            {"w.npy", npy_file("<f4", "(2,)", floats({1, 2}), false)},
            {"objects.npy", npy_file("|O", "()", pickle, false)},
            {"records.npy",
             npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234", 1)},
            {"text.npy", npy_file("<U2", "(3,)", std::string(24, '\0'), false)},
            {"complex.npy", npy_file("<c8", "(3,)", std::string(24, '\0'), false)},
            {"double complex.npy", npy_file("<c16", "(1, 1)", std::string(16, '\0'), true)},
            {"dates.npy", npy_file("<M8[D]", "(3,)", std::string(24, '\0'), false)},
            {"bfloat16.npy", npy_file("|V2", "(3,)", std::string(6, '\0'), false)},
            {"numbers.npy", npy_file(">i4", "(3,)", std::string("\0\0\0\1\0\0\0\2\0\0\1\0", 12), false)}};
        const auto model = open("mixed.npz", zip.bytes());
        QCOMPARE(model->tensors().size(), std::size_t{7});
        QVERIFY(has_issue(*model,
                          "the array 'objects' holds Python objects: left out, because a pickle could run"));
        QVERIFY(has_issue(*model, "the array 'records' holds records: left out"));
        QVERIFY(model->find("w")->measurable());
        for (const char* name : {"text", "complex", "double complex", "dates", "bfloat16", "numbers"})
            QVERIFY2(!model->find(name)->measurable() && !model->find(name)->quantizable, name);
        QCOMPARE(model->find("text")->dtype_name, std::string("U2"));
        QCOMPARE(model->find("text")->bytes, std::uint64_t{24});
        QCOMPARE(model->find("numbers")->dtype_name, std::string("i32"));
        std::vector<std::int32_t> numbers(3);
        model->read_bytes(*model->find("numbers"), 0, std::as_writable_bytes(std::span(numbers)));
        QVERIFY((numbers == std::vector<std::int32_t>{1, 2, 256}));
        QVERIFY(has_issue(*model, "4 tensors of an unknown type"));
    }

    void what_follows_an_array_is_noted() {
        const auto model = open("two.npy", npy_file("<f4", "(1,)", floats({1, 2}), false));
        QVERIFY(has_issue(*model, "4 bytes follow the array and are not read"));
    }

    void a_folder_with_one_file_is_opened() {
        folder_.put("lone/w.npz", archive({{"a", "(2, 2)"}}));
        QCOMPARE(open_model(folder_.path("lone"))->format(), std::string("numpy"));
        folder_.put("lone/v.npy", npy_file("<f4", "(1,)", floats({1}), false));
        const std::string message = testing::error_of([&] { open_model(folder_.path("lone")); });
        QVERIFY2(message.find("several models: v.npy, w.npz") != std::string::npos, message.c_str());
    }

    void roles_come_from_names_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* shape, const char* expected) {
            QTest::newRow(name) << QString(shape) << QString(expected);
        };
        row("arr_0", "(3, 4)", "dense 0 1 weight");
        row("arr_1", "(3,)", "other");
        row("arr_2", "(3, 4, 2)", "convolution 0 1 weight");
        row("arr_3", "(0, 4)", "dense 0 1");
        row("enc_w_ih", "(12, 4)", "recurrent 0 1 weight");
        row("enc_b_ih", "(12,)", "bias");
        row("enc_emb", "(29, 8)", "token_embedding 0 1 weight");
        row("fc_w", "(3, 4)", "dense 0 1 weight");
        row("fc_b", "(3,)", "bias");
        row("model.layers.3.self_attn.q_proj.weight", "(4, 4)", "attention_q in 3 0 1 weight");
        row("params/Dense_0/kernel", "(3, 4)", "dense 1 0 weight");
        row("conv/kernel:0", "(3, 3, 4, 8)", "convolution 3 0 weight");
        row("layers/dense_1/vars/0", "(3, 4)", "dense 1 0 weight");
        row("layers/dense_1/vars/1", "(4,)", "bias");
        row("layers/dense_2/vars/0", "(0, 4)", "dense 1 0");
        row("layers/conv2d/vars/0", "(3, 3, 4, 8)", "convolution 3 0 weight");
        row("layers/embedding/vars/0", "(30, 4)", "token_embedding 0 1 weight");
        row("layers/lstm/cell/vars/1", "(4, 16)", "recurrent 1 0 weight");
        row("layers/batch_normalization/vars/2", "(4,)", "norm");
        row("vars/0", "(4, 5)", "dense 1 0 weight");
    }

    void roles_come_from_names() {
        QFETCH(QString, shape);
        QFETCH(QString, expected);
        const auto model = open("roles.npz", archive({{QTest::currentDataTag(), shape.toStdString()}}));
        QCOMPARE(QString::fromStdString(use_of(model->tensors()[0])), expected);
        const bool guessed = model->tensors()[0].channel_axis == 0 && model->tensors()[0].quantizable;
        QCOMPARE(has_issue(*model, "NumPy files do not say which axis"), guessed && shape != "(30, 4)");
    }
};

QTEST_GUILESS_MAIN(TestNumpy)
#include "test_numpy.moc"
