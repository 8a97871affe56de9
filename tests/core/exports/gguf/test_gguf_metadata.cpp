// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/gguf_metadata.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <array>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::string bytes_of(const GgufMetadata& metadata) {
    std::string bytes;
    metadata.write([&](std::span<const std::byte> piece) {
        bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    return bytes;
}

GgufMetadata with(const std::function<void(GgufMetadata&)>& set) {
    GgufMetadata metadata;
    set(metadata);
    return metadata;
}

}  // namespace

// Bytes written down by hand from the format's description: key, number of the type, value.
class TestGgufMetadata : public QObject {
    Q_OBJECT
  private slots:
    void every_type_has_its_number_and_bytes_data() {
        QTest::addColumn<std::string>("written");
        QTest::addColumn<std::string>("expected");
        const auto row = [](const char* name, const auto& set, std::uint32_t type, const ByteString& value) {
            QTest::newRow(name) << bytes_of(with(set))
                                << ByteString().text("k").u32(type).raw(value.bytes()).bytes();
        };
        using M = GgufMetadata;
        row(
            "u8", [](M& m) { m.set("k", std::uint8_t{200}); }, 0, ByteString().u8(200));
        row(
            "i8", [](M& m) { m.set("k", std::int8_t{-2}); }, 1, ByteString().u8(254));
        row(
            "u16", [](M& m) { m.set("k", std::uint16_t{60000}); }, 2, ByteString().u16(60000));
        row(
            "i16", [](M& m) { m.set("k", std::int16_t{-1}); }, 3, ByteString().u16(65535));
        row(
            "u32", [](M& m) { m.set("k", std::uint32_t{7}); }, 4, ByteString().u32(7));
        row(
            "i32", [](M& m) { m.set("k", std::int32_t{-7}); }, 5, ByteString().u32(0xfffffff9U));
        row(
            "f32", [](M& m) { m.set("k", 1.0F); }, 6, ByteString().u32(0x3f800000U));
        row(
            "bool", [](M& m) { m.set("k", true); }, 7, ByteString().u8(1));
        row(
            "string", [](M& m) { m.set("k", "añ"); }, 8, ByteString().u64(3).raw("a\xc3\xb1"));
        row(
            "u64", [](M& m) { m.set("k", std::uint64_t{1} << 40U); }, 10, ByteString().u64(1ULL << 40U));
        row(
            "i64", [](M& m) { m.set("k", std::int64_t{-1}); }, 11, ByteString().u64(~0ULL));
        row(
            "f64", [](M& m) { m.set("k", 1.0); }, 12, ByteString().u64(0x3ff0000000000000ULL));
        static constexpr std::array<std::int32_t, 2> numbers{1, -1};
        row(
            "array of i32", [](M& m) { m.set_array("k", std::span<const std::int32_t>(numbers)); }, 9,
            ByteString().u32(5).u64(2).u32(1).u32(0xffffffffU));
        static const std::array<std::string, 2> texts{"", "ab"};
        row(
            "array of strings", [](M& m) { m.set_array("k", std::span<const std::string>(texts)); }, 9,
            ByteString().u32(8).u64(2).u64(0).u64(2).raw("ab"));
    }
    void every_type_has_its_number_and_bytes() {
        QFETCH(std::string, written);
        QFETCH(std::string, expected);
        QCOMPARE(written, expected);
    }

    void a_key_that_comes_again_keeps_its_place() {
        GgufMetadata metadata;
        metadata.set("a", std::uint8_t{1});
        metadata.set("b", std::uint8_t{2});
        metadata.set("a", "x");
        QCOMPARE(metadata.count(), std::uint64_t{2});
        const std::string expected = ByteString().text("a").u32(8).text("x").text("b").u32(0).u8(2).bytes();
        QCOMPARE(bytes_of(metadata), expected);
        QCOMPARE(metadata.bytes(), static_cast<std::uint64_t>(expected.size()));
        QVERIFY(metadata.has("a") && !metadata.has("c"));
    }

    void ranges_of_a_file_are_copied_unread() {
        const TemporaryFolder folder;
        const std::string content(3'000'000, '\x7f');  // no metadata at all, and longer than one piece
        const auto file = std::make_shared<const InputFile>(folder.put("source", content + "end"));
        GgufMetadata metadata;
        metadata.copy("k", file, 1, content.size() + 2);
        std::size_t largest = 0;
        std::string bytes;
        metadata.write([&](std::span<const std::byte> piece) {
            largest = std::max(largest, piece.size());
            bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        });
        QCOMPARE(bytes, content.substr(1) + "en");
        QVERIFY(largest <= 1U << 20U);
    }
};

QTEST_GUILESS_MAIN(TestGgufMetadata)
#include "test_gguf_metadata.moc"
