// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/safetensors.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <ctime>
#include <filesystem>

using namespace halfstep;
using testing::ByteString;
using testing::error_of;
using testing::safetensors_file;

namespace {

FileContents read(const std::filesystem::path& path) {
    return read_safetensors(InputFile(path), {});
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void tensors_are_listed_in_the_order_of_their_bytes() {
        const std::string header = R"({"second":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},)"
                                   R"("__metadata__":{"format":"pt","note":"caf\u00e9"},)"
                                   R"("first":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}   )";
        const FileContents contents = read(folder_.put("order.safetensors", safetensors_file(header, 16)));
        QCOMPARE(contents.tensors.size(), std::size_t{2});
        const TensorInfo& first = contents.tensors[0];
        QCOMPARE(first.name, std::string("first"));
        QCOMPARE(first.dtype, DType::f32);
        QVERIFY(first.shape.empty());
        QCOMPARE(first.elements, std::uint64_t{1});
        QCOMPARE(first.bytes, std::uint64_t{4});
        QCOMPARE(first.file_offset, std::uint64_t{8 + header.size()});
        const TensorInfo& second = contents.tensors[1];
        QCOMPARE(second.dtype_name, std::string("bf16"));
        QCOMPARE(second.shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(second.elements, std::uint64_t{6});
        QCOMPARE(second.file_offset, std::uint64_t{8 + header.size() + 4});
        QCOMPARE(contents.properties.size(), std::size_t{2});
        QCOMPARE(contents.properties[1].second, std::string("caf\xc3\xa9"));
    }

    void headers_are_judged_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("data_bytes");
        QTest::addColumn<QString>("words");  // of the error, "no error" where it is valid
        const auto row = [](const char* name, const QByteArray& header, int data_bytes, const char* words) {
            QTest::newRow(name) << header << data_bytes << words;
        };
        const auto one = [](const char* dtype, const char* shape, const char* offsets) {
            return QByteArray("{\"w\":{\"dtype\":\"") + dtype + "\",\"shape\":" + shape +
                   ",\"data_offsets\":" + offsets + "}}";
        };
        row("no tensors", "{}", 0, "no error");
        row("padding", "{}      ", 0, "no error");
        row("scalar", one("F64", "[]", "[0,8]"), 8, "no error");
        row("no elements", one("F32", "[0,7]", "[0,0]"), 0, "no error");
        row("empty tensor between",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
            R"("e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},)"
            R"("b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
            8, "no error");
        row("six-bit floats", one("F6_E2M3", "[4]", "[0,3]"), 3, "no error");
        row("four-bit floats", one("F4", "[2,3]", "[0,3]"), 3, "no error");
        row("unknown dtype is listed", one("F3_NEW", "[10]", "[0,5]"), 5, "no error");
        row("unknown field is passed over",
            R"({"w":{"dtype":"U8","x":[{"y":null}],"shape":[1],"data_offsets":[0,1]}})", 1, "no error");
        row("empty name", R"({"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "no error");

        row("not an object", "[]", 0, "does not begin with '{'");
        row("space first", " {}", 0, "does not begin with '{'");
        row("empty header", "", 0, "does not begin with '{'");
        row("more after the object", "{}{}", 0, "nothing but spaces may follow");
        row("NUL padding", QByteArray("{}\0\0", 4), 0, "nothing but spaces may follow");
        row("not UTF-8", "{\"\xff\":1}", 0, "not valid UTF-8");
        row("entry is a number", R"({"w":1})", 0, "JSON object");
        row("deep nesting", R"({"w":{"x":)" + QByteArray(100'000, '['), 0, "nested too deeply");
        row("dtype missing", R"({"w":{"shape":[1],"data_offsets":[0,1]}})", 1, "its dtype is missing");
        row("shape missing", R"({"w":{"dtype":"U8","data_offsets":[0,1]}})", 1, "its shape is missing");
        row("offsets missing", R"({"w":{"dtype":"U8","shape":[1]}})", 1, "its data_offsets are missing");
        row("dtype is a number", R"({"w":{"dtype":5,"shape":[1],"data_offsets":[0,1]}})", 1,
            "text in quotes");
        row("dtype is no name", one("f32 <b>", "[1]", "[0,4]"), 4, "not the name of a dtype");
        row("shape is a number", one("U8", "1", "[0,1]"), 1, "a list");
        row("negative extent", one("U8", "[-1]", "[0,1]"), 1, "whole number");
        row("fractional extent", one("U8", "[1.5]", "[0,1]"), 1, "whole number");
        row("extent beyond the schema", one("U8", "[0,281474976710656]", "[0,0]"), 0, "at most 2^48 - 1");
        row("65 dimensions",
            one("U8", ("[1" + QByteArray(64 * 2, ',').replace(",,", ",1") + "]").constData(), "[0,1]"), 1,
            "more than 64 dimensions");
        row("element count overflows", one("U8", "[281474976710655,281474976710655]", "[0,1]"), 1,
            "more elements than a computer can count");
        row("bit count overflows", one("F64", "[281474976710655,65535]", "[0,1]"), 1,
            "more bits than a computer can count");
        row("one offset", one("U8", "[1]", "[0]"), 1, "two numbers");
        row("three offsets", one("U8", "[1]", "[0,1,2]"), 1, "two numbers");
        row("end before begin", one("U8", "[1]", "[1,0]"), 1, "ends (at 0) before it begins (at 1)");
        row("size too small", one("F32", "[2]", "[0,4]"), 4, "need 8 bytes, its data_offsets span 4");
        row("size too large", one("F32", "[2]", "[0,16]"), 16, "need 8 bytes, its data_offsets span 16");
        row("broken byte", one("F4", "[3]", "[0,1]"), 1, "do not fill whole bytes");
        row("hole at the start", one("U8", "[1]", "[1,2]"), 2, "a hole");
        row("hole",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
            3, "'b': at byte");
        row("overlap",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
            R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
            3, "tensors overlap");
        row("same bytes twice",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
            R"("b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
            2, "tensors overlap");
        row("offsets at the end of the world",
            one("U8", "[0]", "[18446744073709551615,18446744073709551615]"), 0, "a hole");
        row("data cut", one("U8", "[8]", "[0,8]"), 5, "describes 3 bytes more");
        row("bytes after the last tensor", one("U8", "[8]", "[0,8]"), 9, "1 bytes follow the last tensor");
        row("name twice",
            R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "'w': at byte");
        row("name twice, once escaped",
            R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("\u0077":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "appears twice in the header");
        row("field twice", R"({"w":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}})", 1,
            "appears twice");
        row("metadata is text", R"({"__metadata__":"pt"})", 0, "JSON object");
        row("metadata holds a number", R"({"__metadata__":{"a":1}})", 0, "text in quotes");
        row("metadata holds an object", R"({"__metadata__":{"a":{}}})", 0, "text in quotes");
        row("metadata key twice", R"({"__metadata__":{"a":"1","a":"2"}})", 0, "'a' appears twice");
        row("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "appears twice in the header");
    }

    void headers_are_judged() {
        QFETCH(QByteArray, header);
        QFETCH(int, data_bytes);
        QFETCH(QString, words);
        const auto path =
            folder_.put("judged.safetensors",
                        safetensors_file({header.constData(), static_cast<std::size_t>(header.size())},
                                         static_cast<std::size_t>(data_bytes)));
        const std::string message = error_of([&] { read(path); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message == "no error" || message.starts_with(path.string() + ": "));
        QVERIFY(message.size() < 1000);
        QVERIFY(message.find('\n') == std::string::npos);
    }

    void lengths_are_judged_data() {
        const testing::BadFiles row;
        row("7 bytes", std::string(7, '\0'), "this one ends after 7");
        row("nothing", "", "this one ends after 0");
        row("header beyond the limit", ByteString().u64(100'000'001).raw("{}").bytes(), "at most 100000000");
        row("header of 2^64 - 1", ByteString().u64(~0ULL).raw("{}").bytes(), "at most 100000000");
        row("header beyond the file", ByteString().u64(3).raw("{}").bytes(), "the file ends at byte 10");
    }

    void lengths_are_judged() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const auto path = folder_.put("length.safetensors", bytes.toStdString());
        const std::string message = error_of([&] { read(path); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
    }

    void a_file_cut_anywhere_gives_an_error() {
        const std::string whole = safetensors_file(
            R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})", 16);
        QCOMPARE(error_of([&] { read(folder_.put("cut.safetensors", whole)); }), std::string("no error"));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto path = folder_.put("cut.safetensors", whole.substr(0, length));
            QVERIFY(error_of([&] { read(path); }).starts_with(path.string() + ": "));
        }
    }

    void unknown_types_keep_their_name_and_size() {
        const auto path =
            folder_.put("new.safetensors",
                        safetensors_file(R"({"w":{"dtype":"F3_NEW","shape":[10],"data_offsets":[0,5]}})", 5));
        const FileContents contents = read(path);
        QCOMPARE(contents.tensors[0].dtype, DType::unknown);
        QCOMPARE(contents.tensors[0].dtype_name, std::string("F3_NEW"));
        QCOMPARE(contents.tensors[0].bytes, std::uint64_t{5});
        QVERIFY(!contents.tensors[0].measurable());
    }

    // 100 MB of header, the most that is allowed, in the shapes that cost a parser most.
    void the_largest_junk_is_refused_within_a_second_data() {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<QByteArray>("filling");
        QTest::newRow("zeros") << QByteArray("{") << QByteArray(1000, '\0');
        QTest::newRow("spaces") << QByteArray("{") << QByteArray(1000, ' ');
        QTest::newRow("one endless name") << QByteArray("{\"") << QByteArray(1000, 'a');
        QTest::newRow("one endless dtype") << QByteArray("{\"w\":{\"dtype\":\"") << QByteArray(1000, 'a');
        QTest::newRow("one endless number") << QByteArray("{\"w\":{\"x\":") << QByteArray(1000, '1');
        QTest::newRow("brackets") << QByteArray("{\"w\":{\"x\":") << QByteArray(1000, '[');
        QTest::newRow("escapes") << QByteArray("{\"") << QByteArray("\\\"").repeated(500);
        QTest::newRow("escapes in a name that ends")
            << QByteArray("{\"") << QByteArray("\\n").repeated(24'999'000) + "\":";
        QTest::newRow("many lists") << QByteArray("{\"w\":{\"x\":[[]") << QByteArray(",[]").repeated(300);
        QTest::newRow("many members")
            << QByteArray("{\"w\":{\"x\":0") << QByteArray(",\"x\":0").repeated(100);
        QTest::newRow("backslashes") << QByteArray("{\"") << QByteArray(1000, '\\');
    }

    void the_largest_junk_is_refused_within_a_second() {
        QFETCH(QByteArray, start);
        QFETCH(QByteArray, filling);
        const std::string piece = filling.toStdString();
        std::string header = start.toStdString();
        header.reserve(100'000'000);
        while (header.size() + piece.size() <= 100'000'000)
            header += piece;
        const auto path = folder_.put("junk.safetensors", safetensors_file(header, 0));
        const std::clock_t start_time = std::clock();  // of the processor: other programs do not count
        const std::string message = error_of([&] { read(path); });
        const double seconds = static_cast<double>(std::clock() - start_time) / CLOCKS_PER_SEC;
        qInfo("%.2f s: %s", seconds, message.substr(0, 120).c_str());
        std::filesystem::remove(path);
        QVERIFY(message != "no error");
        QVERIFY(message.size() < 1000);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY(seconds < 1);
#endif
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
