// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/model_files/numpy/fortran_order.h"
#include "core/model_files/numpy/npy_type.h"
#include "core/model_files/row_reader.h"
#include "tests/support/npy_builder.h"
#include "tests/support/numpy_reading.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "tests/support/zip_builder.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace halfstep;
using testing::npy_file;
using testing::npy_header;
using testing::ZipBuilder;
namespace fs = std::filesystem;

namespace {

std::string floats(std::initializer_list<float> values) {
    testing::ByteString bytes;
    for (const float value : values)
        bytes.value(value);
    return bytes.bytes();
}

// Float32 arrays of zeros.
std::string archive(const std::vector<std::pair<std::string, std::string>>& names_and_shapes) {
    ZipBuilder zip;
    for (const auto& [name, shape] : names_and_shapes)
        zip.parts.push_back({name + ".npy", npy_file("<f4", shape, std::string(4096, '\0'), false)});
    return zip.bytes();
}

bool has_issue(const Model& model, const std::string& words) {
    return std::ranges::any_of(
        model.issues(), [&](const Issue& issue) { return issue.message.find(words) != std::string::npos; });
}

std::string use_of(const TensorInfo& tensor) {
    std::string text(role_name(tensor.role));
    if (tensor.block) text += fmt::format(" in {}", *tensor.block);
    if (tensor.channel_axis) text += fmt::format(" {} {}", *tensor.channel_axis, *tensor.input_axis);
    return text + (tensor.quantizable ? " weight" : "");
}

// Bytes 0, 1, 2, ... as a file.
std::shared_ptr<const InputFile> counting_file(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(i * 131 >> 3U);
    return std::make_shared<const InputFile>("counting", std::move(bytes));
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

    // Every byte of a Fortran array, whatever part is asked for, against the rule written down plainly.
    void parts_of_fortran_order_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<int>("width");
        for (const char* shape : {"3 5", "2 3 4", "4 1 3", "1 6 7", "300 40", "40 300", "2000 3", "3 2000",
                                  "5000 4", "2 3 2 3 2", "1 1 9 5"})
            for (const int width : {1, 4, 8})
                QTest::newRow(qPrintable(QString("%1, %2 bytes").arg(shape).arg(width)))
                    << QString(shape) << width;
    }

    void parts_of_fortran_order() {
        QFETCH(QString, shape);
        QFETCH(int, width);
        std::vector<std::int64_t> extents;
        std::size_t elements = 1;
        for (const QString& extent : shape.split(' ')) {
            extents.push_back(extent.toInt());
            elements *= static_cast<std::size_t>(extents.back());
        }
        const auto wide = static_cast<std::size_t>(width);
        constexpr std::size_t offset = 5;
        const auto file = counting_file(offset + elements * wide);
        std::vector<std::byte> stored(elements * wide);
        file->read_at(offset, stored);
        std::vector<std::byte> expected;
        for (std::size_t element = 0; element < elements; ++element) {
            std::vector<std::size_t> index(extents.size());
            std::size_t left = element;
            for (std::size_t axis = extents.size(); axis-- > 0;
                 left /= static_cast<std::size_t>(extents[axis]))
                index[axis] = left % static_cast<std::size_t>(extents[axis]);
            std::size_t place = 0;
            for (std::size_t axis = extents.size(); axis-- > 0;)
                place = place * static_cast<std::size_t>(extents[axis]) + index[axis];
            expected.insert(expected.end(), stored.begin() + static_cast<std::ptrdiff_t>(place * wide),
                            stored.begin() + static_cast<std::ptrdiff_t>((place + 1) * wide));
        }
        const InputFile ordered(
            "f", from_fortran_order(file, offset, extents, wide, std::make_shared<ChunkCache>(1 << 20)));
        QCOMPARE(ordered.size(), static_cast<std::uint64_t>(expected.size()));
        const std::size_t size = expected.size();
        for (const std::size_t first : {std::size_t{0}, std::size_t{1}, size / 3, size / 2 + 1, size - 1})
            for (const std::size_t count : {std::size_t{1}, wide + 1, size / 7, size / 2, size}) {
                std::vector<std::byte> part(std::min(count, size - first));
                ordered.read_at(first, part);
                QVERIFY(std::equal(part.begin(), part.end(),
                                   expected.begin() + static_cast<std::ptrdiff_t>(first)));
            }
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

    void bad_arrays_are_refused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& bytes, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << words;
        };
        const auto header = [&](const char* name, const std::string& text, const char* words) {
            row(name, npy_file(text, std::string(64, '\0')), words);
        };
        const auto shape = [&](const char* name, const std::string& text, const char* words) {
            row(name, npy_file("<f4", text, std::string(64, '\0'), false), words);
        };
        const std::string good = npy_file("<f4", "(4,)", floats({1, 2, 3, 4}), false);
        row("empty", "", "this file is empty");
        row("no magic", "NUMPY" + good, "a NumPy array begins with \\x93NUMPY");
        row("magic cut", good.substr(0, 5), "a NumPy array begins with \\x93NUMPY");
        row("magic alone", good.substr(0, 6), "at byte 6: 1 more bytes were expected here");
        row("no length", good.substr(0, 9), "2 more bytes were expected here, but the file ends at byte 9");
        row("header cut", good.substr(0, 40), "more bytes were expected here, but the file ends at byte 40");
        row("numbers cut", good.substr(0, good.size() - 1),
            "'bad': at byte 128: its 16 bytes end beyond the file, which ends at byte 143");
        row("version 0", npy_file("{}", "", 0), "at byte 6: this NumPy array is of version 0.0");
        row("version 4", npy_file("{}", "", 4), "is of version 4.0");
        row("version 1.1", "\x93NUMPY\x01\x01" + good.substr(8), "is of version 1.1");
        row("a header of 4 GiB",
            testing::ByteString().raw("\x93NUMPY\x02").u8(0).u32(0xffffffff).raw("{").bytes(),
            "the header is said to be 4294967295 bytes long, at most 1048576 are allowed");
        row("a header beyond the end",
            testing::ByteString().raw("\x93NUMPY\x02").u8(0).u32(1000).raw("{").bytes(),
            "1000 more bytes were expected here");
        row("version 3, no UTF-8", npy_file("{'descr': '\xff'}", "", 3), "the header is not valid UTF-8");
        header("no dictionary", "[1, 2]", "'{' was expected");
        header("nothing", "", "'{' was expected");
        header("spaces", "        ", "'{' was expected");
        header("empty dictionary", "{}", "the key descr is missing");
        header("dictionary does not end", "{'descr': '<f4', 'fortran_order': False, 'shape': (4,)",
               "',' or '}' was expected");
        header("something follows", "{'descr': '<f4', 'fortran_order': False, 'shape': (4,)} + {}",
               "something follows the dictionary");
        header("a call", "{'descr': '<f4', 'fortran_order': False, 'shape': (int('4'),)}",
               "a whole number was expected");
        header("a call for the type",
               "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': ()}",
               "text in quotes was expected");
        header("a sum", "{'descr': '<f4', 'fortran_order': False, 'shape': (2+2,)}",
               "',' or ')' was expected");
        header("no shape", "{'descr': '<f4', 'fortran_order': False}", "the key shape is missing");
        header("no type", "{'shape': (4,), 'fortran_order': False}", "the key descr is missing");
        header("no order", "{'descr': '<f4', 'shape': (4,)}", "the key fortran_order is missing");
        header("type twice", "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (4,)}",
               "the key descr appears twice");
        header("shape twice", "{'descr': '<f4', 'shape': (1,), 'fortran_order': False, 'shape': (4,)}",
               "the key shape appears twice");
        header("order twice", "{'descr': '<f4', 'fortran_order': 0 , 'shape': (4,)}",
               "True or False was expected");
        header("another key", "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'x': 1}",
               "it has a key 'x', only descr, fortran_order and shape belong there");
        header("a key is a number", "{1: '<f4'}", "text in quotes was expected");
        header("an escape", "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (4,)}", "an escape");
        header("text does not end", "{'descr': '<f4", "text in quotes does not end");
        header("no colon", "{'descr' '<f4'}", "':' was expected");
        header("true in small letters", "{'descr': '<f4', 'fortran_order': true, 'shape': (4,)}",
               "True or False was expected");
        header("NUL at the end",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (4,)}" + std::string(1, '\0'),
               "something follows the dictionary");
        header("NUL for a brace", std::string(1, '\0') + "'descr': '<f4'}", "'{' was expected");
        header("records nested too deeply",
               "{'descr': " + std::string(5000, '[') + ", 'fortran_order': False}",
               "it is nested too deeply");
        shape("shape is a list", "[4]", "a tuple of numbers was expected");
        shape("shape is a number", "4", "a tuple of numbers was expected");
        shape("shape is a number in brackets", "(4)", "a number in brackets, a tuple was expected");
        shape("a comma alone", "(,)", "a whole number was expected");
        shape("two commas", "(2,,2)", "a whole number was expected");
        shape("below 0", "(-4,)", "a number below 0");
        shape("a fraction", "(4.0,)", "',' or ')' was expected");
        shape("a power", "(2e3,)", "',' or ')' was expected");
        shape("a truth", "(True,)", "a whole number was expected");
        shape("more than 64 bits", "(99999999999999999999,)", "a number that is too large");
        shape("more bytes than there are", "(5000000000,)", "its 20000000000 bytes end beyond the file");
        shape("more elements than can be counted", "(4294967296, 4294967296, 2)",
              "its shape holds more elements than a computer can count");
        shape("more bytes than can be counted", "(4611686018427387904,)",
              "its shape holds more bytes than a computer can count");
        shape(
            "too many axes",
            "(" + std::string(200, ' ') +
                [] {
                    std::string ones;
                    for (int i = 0; i < 65; ++i)
                        ones += "1,";
                    return ones;
                }() +
                ")",
            "the shape has more than 64 dimensions");
        row("an unknown type", npy_file("<q4", "(4,)", "", false), "'<q4' is not a type of NumPy");
        row("a type with control characters", npy_file("<\x1b[31m", "(4,)", "", false),
            "'<?[31m' is not a type");
        row("objects", npy_file("|O", "(4,)", "\x80\x04pickle", false),
            "this NumPy array holds Python objects, Halfstep reads real numbers. It is a Python pickle");
        row("records",
            npy_file("{'descr': [('a', '<f4'), ('b', '<f8', (2,))], 'fortran_order': False, "
                     "'shape': (4,)}",
                     "", 1),
            "this NumPy array holds records");
        row("text", npy_file("<U4", "(1,)", std::string(16, '\0'), false), "this NumPy array holds text");
        row("complex", npy_file("<c8", "(1,)", std::string(8, '\0'), false), "holds complex numbers");
        row("dates", npy_file("<M8[s]", "(1,)", std::string(8, '\0'), false), "holds dates");
    }

    void bad_arrays_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const fs::path path = folder_.put("bad.npy", bytes.toStdString());
        const std::string message = testing::error_of([&] { open_model(path); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.starts_with(path.string() + ": "));
    }

    void bad_archives_are_refused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& bytes, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << words;
        };
        const std::string array = npy_file("<f4", "(4,)", floats({1, 2, 3, 4}), false);
        const auto zip = [](std::vector<testing::ZipPart> parts) {
            return ZipBuilder{std::move(parts)}.bytes();
        };
        row("no archive", "this is none", "bad.npz: ");
        row("an array", "\x93NUMPX", "bad.npz: ");
        row("entry is no array", zip({{"w.npy", "no array"}}),
            "bad.npz/w.npy: at byte 0: a NumPy array begins");
        row("empty entry", zip({{"w.npy", ""}}), "bad.npz/w.npy: at byte 0: a NumPy array begins");
        row("array cut", zip({{"w.npy", array.substr(0, array.size() - 2)}}),
            "bad.npz/w.npy: 'w': at byte 128: its 16 bytes end beyond the file, which ends at byte "
            "142");
        row("deflated array cut", zip({{"w.npy", array.substr(0, array.size() - 2), 8}}),
            "its 16 bytes end beyond");
        row("same name twice", zip({{"w.npy", array}, {"w.npy", array}}), "bad.npz");
        row("name leads out", zip({{"../w.npy", array}}), "bad.npz");
        row("archive cut", zip({{"w.npy", array}}).substr(0, 200), "bad.npz");
        row("deflate data damaged", zip({{"w.npy", array, 8, std::string(40, '\xff')}}),
            "bad.npz: 'w.npy': at byte 36: the compressed bytes of this entry are damaged");
        row("encrypted", zip({{"w.npy", array, 0, {}, 1}}), "bad.npz");
    }

    void bad_archives_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const fs::path path = folder_.put("bad.npz", bytes.toStdString());
        const std::string message = testing::error_of([&] { open_model(path); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message.starts_with(path.string()));
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
