// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/gguf.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <ctime>
#include <filesystem>

using namespace halfstep;
using testing::ByteString;
using testing::error_of;

namespace {

// Numbers of value types and tensor types, as the format gives them.
enum : std::uint32_t { u8_type, i8_type, u16_type, i16_type, u32_type, i32_type, f32_type, bool_type };
enum : std::uint32_t { string_type = 8, array_type, u64_type, i64_type, f64_type };
enum : std::uint32_t { f32 = 0, f16 = 1, q4_0 = 2, q4_K = 12, i32 = 26 };

GgufContents read(const std::filesystem::path& path) {
    return read_gguf(InputFile(path), {});
}

ByteString start(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3) {
    return ByteString().raw("GGUF").u32(version).u64(tensors).u64(values);
}

ByteString info(const std::string& name, const std::vector<std::uint64_t>& extents, std::uint32_t type,
                std::uint64_t offset) {
    ByteString bytes;
    bytes.text(name).u32(static_cast<std::uint32_t>(extents.size()));
    for (const std::uint64_t extent : extents)
        bytes.u64(extent);
    return bytes.u32(type).u64(offset);
}

ByteString text_value(const std::string& key, const std::string& content) {
    return ByteString().text(key).u32(string_type).text(content);
}

ByteString u32_value(const std::string& key, std::uint32_t number) {
    return ByteString().text(key).u32(u32_type).u32(number);
}

// A file of one f32 tensor of 5 x 3 behind this metadata, its data padded to `alignment`.
std::string with_metadata(const ByteString& metadata, std::uint64_t values, std::size_t alignment = 32) {
    return start(1, values)
        .raw(metadata.bytes())
        .raw(info("w", {3, 5}, f32, 0).bytes())
        .pad_to(alignment)
        .zeros(60)
        .pad_to(alignment)
        .bytes();
}

// A file of these tensors and this much data.
std::string with_tensors(std::uint64_t count, const ByteString& infos, std::size_t data_bytes) {
    return start(count, 0).raw(infos.bytes()).pad_to(32).zeros(data_bytes).bytes();
}

ByteString operator+(const ByteString& a, const ByteString& b) {
    return ByteString(a).raw(b.bytes());
}

}  // namespace

class TestGguf : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void tensors_and_values_are_read() {
        const ByteString metadata =
            text_value("general.architecture", "llama") + u32_value("llama.block_count", 5) +
            ByteString().text("a.bool").u32(bool_type).u8(1) +
            ByteString().text("a.negative").u32(i64_type).value(std::int64_t{-7}) +
            ByteString().text("a.float").u32(f32_type).value(0.5F) +
            ByteString().text("a.list").u32(array_type).u32(u16_type).u64(3).u16(1).u16(2).u16(3) +
            ByteString().text("tokens").u32(array_type).u32(string_type).u64(2).text("a").text("bc");
        for (const std::uint32_t version : {2U, 3U}) {
            const ByteString head = start(3, 7, version) + metadata + info("scalar", {}, f32, 0) +
                                    info("blocks", {64, 2}, q4_0, 32) + info("w", {3, 5, 2}, f16, 128);
            const std::string bytes = ByteString(head).pad_to(32).zeros(128 + 60).bytes();
            const GgufContents gguf = read(folder_.put("whole.gguf", bytes));
            const std::uint64_t data_start = (head.bytes().size() + 31) / 32 * 32;
            const std::vector<TensorInfo>& tensors = gguf.contents.tensors;
            QCOMPARE(tensors.size(), std::size_t{3});
            QVERIFY(tensors[0].shape.empty());
            QCOMPARE(tensors[0].elements, std::uint64_t{1});
            QCOMPARE(tensors[0].file_offset, data_start);
            QCOMPARE(tensors[1].dtype_name, std::string("q4_0"));
            QCOMPARE(tensors[1].shape, (std::vector<std::int64_t>{2, 64}));
            QCOMPARE(tensors[1].bytes, std::uint64_t{4 * 18});
            QCOMPARE(tensors[2].shape, (std::vector<std::int64_t>{2, 5, 3}));
            QCOMPARE(tensors[2].file_offset, data_start + 128);
            QCOMPARE(tensors[2].bytes, std::uint64_t{60});
            QCOMPARE(gguf.contents.architecture, std::string("llama"));
            const std::vector<std::string> expected = {"llama", "5",       "true",      "-7",
                                                       "0.5",   "3 × u16", "2 × string"};
            QCOMPARE(gguf.contents.properties.size(), expected.size());
            for (std::size_t index = 0; index < expected.size(); ++index)
                QCOMPARE(gguf.contents.properties[index].second, expected[index]);
        }
    }

    // Types by their numbers in ggml's enum gguf_type.
    void numbers_of_every_type_are_shown() {
        const auto key = [](std::uint32_t type) { return ByteString().text("k").u32(type); };
        const std::vector<std::pair<ByteString, std::string>> rows = {
            {key(0).u8(255), "255"},
            {key(1).value(std::int8_t{-128}), "-128"},
            {key(2).u16(65'535), "65535"},
            {key(3).value(std::int16_t{-2}), "-2"},
            {key(4).u32(4'294'967'295), "4294967295"},
            {key(5).value(std::int32_t{-3}), "-3"},
            {key(6).value(-0.25F), "-0.25"},
            {key(7).u8(0), "false"},
            {key(10).u64(18'446'744'073'709'551'615U), "18446744073709551615"},
            {key(11).value(std::int64_t{-4}), "-4"},
            {key(12).value(0.125), "0.125"}};
        for (const auto& [metadata, shown] : rows) {
            const auto path = folder_.put("value.gguf", with_metadata(metadata, 1));
            const auto properties = read(path).contents.properties;
            QCOMPARE(properties.size(), std::size_t{1});
            QCOMPARE(QString::fromStdString(properties[0].second), QString::fromStdString(shown));
        }
    }

    void a_type_of_the_future_is_listed_with_the_bytes_up_to_the_next_tensor() {
        const std::string bytes = with_tensors(
            3, info("a", {64}, 99, 0) + info("b", {8}, f32, 96) + info("c", {256}, 4, 128), 128 + 70);
        const GgufContents gguf = read(folder_.put("future.gguf", bytes));
        QCOMPARE(gguf.contents.tensors[0].dtype, DType::unknown);
        QCOMPARE(gguf.contents.tensors[0].dtype_name, std::string("ggml type 99"));
        QCOMPARE(gguf.contents.tensors[0].bytes, std::uint64_t{96});
        QCOMPARE(gguf.contents.tensors[2].dtype_name, std::string("ggml type 4"));
        QCOMPARE(gguf.contents.tensors[2].bytes, std::uint64_t{70});
    }

    void files_are_judged_data() {
        const testing::BadFiles row;  // of the error, "no error" where it is valid
        const auto alignment = [](std::uint32_t number) { return u32_value("general.alignment", number); };
        row("no tensors", start(0, 0).bytes(), "no error");
        row("alignment 64", with_metadata(alignment(64), 1, 64), "no error");
        row("alignment 1", with_metadata(alignment(1), 1, 1), "no error");
        row("no elements", with_tensors(1, info("w", {32, 0}, q4_0, 0), 0), "no error");
        row("last tensor without padding", with_tensors(1, info("w", {3}, f32, 0), 12), "no error");
        row("name of 63 bytes", with_tensors(1, info(std::string(63, 'n'), {8}, f32, 0), 32), "no error");

        row("wrong magic", "GGUX" + start(0, 0).bytes().substr(4), "begins with the letters GGUF");
        row("version 1", start(0, 0, 1).bytes(), "version 1, Halfstep reads versions 2 and 3");
        row("version 4", start(0, 0, 4).bytes(), "version 4, Halfstep reads versions 2 and 3");
        row("big-endian", start(0, 0, 0x03000000).bytes(), "big-endian");
        row("2^60 tensors", start(1ULL << 60U, 0).bytes(), "1152921504606846976 tensors cannot fit");
        row("negative tensors", start(~0ULL, 0).bytes(), "tensors cannot fit");
        row("2^60 values", start(0, 1ULL << 60U).bytes(), "metadata values cannot fit");
        row("one tensor too many", start(2, 0).raw(info("w", {}, f32, 0).bytes()).pad_to(32).zeros(4).bytes(),
            "at byte");

        row("empty key", with_metadata(text_value("", "x"), 1), "a key is empty");
        row("key not UTF-8", with_metadata(text_value("\xff", "x"), 1), "not valid UTF-8");
        row("key twice", with_metadata(text_value("k", "x") + text_value("k", "x"), 2),
            "this key appears twice");
        row("key too long", with_metadata(text_value(std::string(65536, 'k'), "x"), 1), "at most 65535");
        row("key longer than the file", with_metadata(ByteString().u64(60'000).zeros(30), 1),
            "file ends at byte");
        row("key of 2^64 - 1", with_metadata(ByteString().u64(~0ULL).zeros(30), 1), "at most 65535");
        row("value type 13", with_metadata(ByteString().text("k").u32(13).u64(0), 1),
            "13 is not the number of a value type");
        row("value type -1", with_metadata(ByteString().text("k").u32(~0U).u64(0), 1),
            "not the number of a value type");
        row("text of 2 GiB", with_metadata(ByteString().text("k").u32(string_type).u64(1ULL << 31U), 1),
            "at most 1073741824");
        row("text longer than the file",
            with_metadata(ByteString().text("k").u32(string_type).u64(1 << 20), 1), "file ends at byte");
        const auto array = [](std::uint32_t type, std::uint64_t count) {
            return ByteString().text("k").u32(array_type).u32(type).u64(count);
        };
        row("array of arrays", with_metadata(array(array_type, 0), 1), "arrays of arrays");
        row("array beyond the limit", with_metadata(array(u8_type, (1ULL << 30U) + 1), 1),
            "at most 1073741824");
        row("array of 2^63", with_metadata(array(u64_type, 1ULL << 63U), 1), "at most 1073741824");
        row("numbers beyond the file", with_metadata(array(f64_type, 1ULL << 30U), 1), "file ends at byte");
        row("texts beyond the file", with_metadata(array(string_type, 1ULL << 30U), 1), "file ends at byte");
        row("alignment 0", with_metadata(alignment(0), 1), "power of two");
        row("alignment 48", with_metadata(alignment(48), 1), "power of two");
        row("alignment as text", with_metadata(text_value("general.alignment", "32"), 1), "power of two");
        row("alignment of 2^31", with_metadata(alignment(1U << 31U), 1), "end beyond the file");
        row("architecture as number", with_metadata(u32_value("general.architecture", 1), 1), "must be text");

        row("name of 64 bytes", with_tensors(1, info(std::string(64, 'n'), {8}, f32, 0), 32), "at most 63");
        row("name not UTF-8", with_tensors(1, info("\xc3", {8}, f32, 0), 32), "not valid UTF-8");
        row("name with NUL", with_tensors(1, info(std::string("a\0b", 3), {8}, f32, 0), 32),
            "not valid UTF-8");
        row("name twice", with_tensors(2, info("w", {8}, f32, 0) + info("w", {8}, f32, 32), 64),
            "two tensors have this name");
        row("5 dimensions", with_tensors(1, info("w", {1, 1, 1, 1, 1}, f32, 0), 32),
            "5 dimensions, at most 4");
        row("2^32 - 1 dimensions", with_tensors(1, ByteString().text("w").u32(~0U), 64), "at most 4");
        row("negative extent", with_tensors(1, info("w", {~0ULL}, f32, 0), 32), "its shape holds -1");
        row("element count overflows", with_tensors(1, info("w", {1ULL << 32U, 1ULL << 32U}, f32, 0), 32),
            "more elements than a computer can count");
        row("byte count overflows", with_tensors(1, info("w", {1ULL << 62U}, f32, 0), 32),
            "more bytes than a computer can count");
        row("rows that do not fill blocks", with_tensors(1, info("w", {48, 2}, q4_0, 0), 64),
            "rows of 48 elements cannot be divided into blocks of 32");
        row("K-quant of 32", with_tensors(1, info("w", {32, 8}, q4_K, 0), 256), "blocks of 256");
        row("first offset", with_tensors(1, info("w", {8}, f32, 32), 64),
            "begins at 32 of the data section, 0");
        row("gap", with_tensors(2, info("a", {8}, f32, 0) + info("b", {8}, f32, 64), 96), "32 was expected");
        row("overlap", with_tensors(2, info("a", {16}, f32, 0) + info("b", {8}, f32, 32), 96),
            "64 was expected");
        row("offset without padding", with_tensors(2, info("a", {3}, f32, 0) + info("b", {8}, f32, 12), 96),
            "32 was expected");
        row("order", with_tensors(2, info("a", {8}, f32, 32) + info("b", {8}, f32, 0), 96), "0 was expected");
        row("data cut", with_tensors(1, info("w", {8}, f32, 0), 31), "its 32 bytes end beyond the file");
        row("no data", with_tensors(1, info("w", {8}, f32, 0), 0), "end beyond the file");
        row("larger than any file", with_tensors(1, info("w", {1ULL << 60U}, f32, 0), 64),
            "end beyond the file");
        row("unknown type after which offsets fall",
            with_tensors(3, info("a", {8}, f32, 0) + info("b", {8}, 99, 32) + info("c", {8}, f32, 0), 96),
            "begins at 0 of the data section, before it");
        row("unknown type up to an unaligned offset",
            with_tensors(2, info("a", {8}, 99, 0) + info("b", {8}, f32, 33), 96), "64 was expected");
        row("unknown type up to an offset beyond the file",
            with_tensors(2, info("a", {8}, 99, 0) + info("b", {8}, f32, 1 << 20), 96), "end beyond the file");
    }

    void files_are_judged() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const auto path = folder_.put("judged.gguf", bytes.toStdString());
        const std::clock_t start_time = std::clock();
        const std::string message = error_of([&] { read(path); });
        QVERIFY(static_cast<double>(std::clock() - start_time) / CLOCKS_PER_SEC < 1);
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(message == "no error" || message.starts_with(path.string() + ": "));
        QVERIFY(message.size() < 1000);
    }

    // Eight gigabytes of nothing, which are a thousand million empty texts.
    void texts_without_end_are_refused_at_once() {
        const auto array = [](std::uint64_t count) {
            return ByteString().u32(array_type).u32(string_type).u64(count);
        };
        const std::string one = start(0, 1).text("k").raw(array(1ULL << 30U).bytes()).bytes();
        const auto path = folder_.put("texts.gguf", one);
        std::filesystem::resize_file(path, one.size() + (std::uint64_t{8} << 30U));
        const std::string message = error_of([&] { read(path); });
        QVERIFY2(message.find("said to hold 1073741824 texts, at most 10000000") != std::string::npos,
                 message.c_str());
        ByteString many = start(0, 3).text("a").raw(array(5'000'001).bytes()).zeros(8 * 5'000'001);
        many.text("b").raw(array(5'000'000).bytes()).zeros(8 * 5'000'000).text("c").u32(string_type).text("");
        const std::clock_t before = std::clock();
        const std::string second = error_of([&] { read(folder_.put("texts.gguf", many.bytes())); });
        QVERIFY2(second.find("'b': at byte") != std::string::npos, second.c_str());
        QVERIFY2(second.find("hold 10000001 texts") != std::string::npos, second.c_str());
        qInfo("%.2f s", static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }

    void bytes_after_the_last_tensor_are_noted() {
        const std::string bytes = with_tensors(1, info("w", {8}, f32, 0), 64);
        const GgufContents gguf = read(folder_.put("longer.gguf", bytes));
        QCOMPARE(gguf.contents.issues.size(), std::size_t{1});
        QCOMPARE(gguf.contents.issues[0].message,
                 std::string("32 bytes follow the last tensor and belong to none"));
    }

    void a_file_cut_anywhere_gives_an_error() {
        const std::string whole =
            with_metadata(text_value("general.architecture", "llama") +
                              ByteString().text("l").u32(array_type).u32(string_type).u64(1).text("x"),
                          2);
        const std::size_t last_byte_of_data = whole.size() - 4;  // the padding behind it may be missing
        QCOMPARE(error_of([&] { read(folder_.put("cut.gguf", whole)); }), std::string("no error"));
        for (std::size_t length = 0; length < last_byte_of_data; ++length) {
            const auto path = folder_.put("cut.gguf", whole.substr(0, length));
            QVERIFY(error_of([&] { read(path); }).starts_with(path.string() + ": "));
        }
    }

    void long_texts_are_described_not_stored() {
        const GgufContents gguf =
            read(folder_.put("long.gguf", with_metadata(text_value("chat", std::string(200'000, 'x')), 1)));
        QCOMPARE(gguf.contents.properties[0].second, std::string("200000 bytes of text"));
    }
};

QTEST_GUILESS_MAIN(TestGguf)
#include "test_gguf.moc"
