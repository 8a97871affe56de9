// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/zip/zip_archive.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zip_builder.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::string text_of(const InputFile& file) {
    std::string text(file.size(), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text.data(), text.size())));
    return text;
}

// Numbers that deflate to about a third, the same ones every time.
std::string numbers(std::size_t bytes) {
    std::mt19937 random(7);
    std::string text;
    while (text.size() < bytes)
        text += fmt::format("{},", random() % 100'000);
    text.resize(bytes);
    return text;
}

std::shared_ptr<const InputFile> in_memory(const std::string& bytes) {
    const auto span = std::as_bytes(std::span(bytes.data(), bytes.size()));
    return std::make_shared<const InputFile>("archive.zip", std::vector(span.begin(), span.end()));
}

ZipArchive archive_of(const ZipBuilder& zip) {
    return ZipArchive(in_memory(zip.bytes()));
}

}  // namespace

class TestZip : public QObject {
    Q_OBJECT

  private slots:
    void entries_are_listed_in_the_order_of_their_bytes() {
        const ZipArchive zip = archive_of({{{"z/data.pkl", "abc"}, {"z/", ""}, {"z/data/0", "defg", 8}}});
        QCOMPARE(zip.entries().size(), std::size_t{2});
        QCOMPARE(zip.entries()[0].name, std::string("z/data.pkl"));
        QCOMPARE(zip.entries()[0].offset, std::uint64_t{30 + 10});
        QVERIFY(zip.entries()[0].method == ZipMethod::stored);
        QCOMPARE(zip.entries()[1].name, std::string("z/data/0"));
        QCOMPARE(zip.entries()[1].bytes, std::uint64_t{4});
        QVERIFY(zip.entries()[1].method == ZipMethod::deflated);
        QVERIFY(zip.find("z/data/0") == &zip.entries()[1]);
        QVERIFY(zip.find("z/data/1") == nullptr);
        QVERIFY(zip.find("z/") == nullptr);
    }

    void contents_come_out_as_they_went_in_data() {
        QTest::addColumn<QByteArray>("archive");
        const auto row = [](const char* name, const ZipBuilder& zip) {
            QTest::newRow(name) << QByteArray::fromStdString(zip.bytes());
        };
        ZipBuilder plain{{{"a", "first"}, {"b", "second", 8}}};
        row("plain", plain);
        plain.comment = "said at the end, PK\x05\x06 and all that";
        row("with a comment", plain);
        plain.zip64 = true;
        row("zip64 end", plain);
        row("zip64 sizes", {{{.name = "a", .content = "first", .zip64 = true},
                             {.name = "b", .content = "second", .method = 8, .zip64 = true}}});
        row("sizes behind the bytes", {{{.name = "a", .content = "first", .flags = 8},
                                        {.name = "b", .content = "second", .method = 8, .flags = 0x808}}});
        row("padded to 64 bytes",
            {{{.name = "a", .content = "first", .extra = std::string("FB\x05\0ZZZZZ", 9)},
              {.name = "b", .content = "second"}}});
        row("another extra field first",
            {{{.name = "a", .content = "first", .central_extra = std::string("UT\x01\0Z", 5), .zip64 = true},
              {.name = "b", .content = "second"}}});
    }
    void contents_come_out_as_they_went_in() {
        QFETCH(QByteArray, archive);
        const ZipArchive zip(in_memory(archive.toStdString()));
        QCOMPARE(zip.entries().size(), std::size_t{2});
        QCOMPARE(text_of(*zip.open(*zip.find("a"))), std::string("first"));
        QCOMPARE(text_of(*zip.open(*zip.find("b"))), std::string("second"));
        QVERIFY(zip.checksum_agrees(*zip.find("a")));
        QVERIFY(zip.checksum_agrees(*zip.find("b")));
    }

    void an_empty_archive_has_no_entries() { QVERIFY(archive_of({}).entries().empty()); }

    // Crossing chunks of 256 KiB and the points that are kept every 4 MiB, forwards, backwards and anywhere.
    void a_deflated_entry_is_read_in_any_order() {
        const std::string content = numbers(11'000'003);
        const ZipArchive zip = archive_of({{{"pad", "xyz"}, {"big", content, 8}}});
        const auto file = zip.open(*zip.find("big"));
        QCOMPARE(file->size(), std::uint64_t{content.size()});
        std::mt19937 random(3);
        std::string piece;
        const auto agrees = [&](std::size_t at, std::size_t count) {
            piece.assign(count, '\0');
            file->read_at(at, std::as_writable_bytes(std::span(piece.data(), piece.size())));
            return piece == content.substr(at, count);
        };
        QVERIFY(agrees(content.size() - 5, 5));
        QVERIFY(agrees(0, 10));
        for (int round = 0; round < 60; ++round) {
            const std::size_t at = random() % content.size();
            QVERIFY(agrees(at, std::min<std::size_t>(random() % 600'000, content.size() - at)));
        }
        for (std::size_t block = content.size() / 500'000; block-- > 0;)
            QVERIFY(agrees(block * 500'000, 500'000));
        QVERIFY(text_of(*file) == content);
    }

    void threads_may_share_an_entry() {
        const std::string content = numbers(6'000'000);
        const ZipArchive zip = archive_of({{{"big", content, 8}}});
        const auto file = zip.open(zip.entries()[0]);
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (unsigned number = 0; number < 4; ++number)
            threads.emplace_back([&, number] {
                std::string piece(250'000, '\0');
                for (std::size_t at = number * piece.size(); at < content.size(); at += 4 * piece.size()) {
                    file->read_at(at, std::as_writable_bytes(std::span(piece.data(), piece.size())));
                    wrong += piece == content.substr(at, piece.size()) ? 0 : 1;
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }

    void damage_inside_is_found_when_it_is_read_data() {
        QTest::addColumn<QByteArray>("archive");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const ZipPart& part, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(ZipBuilder{{part}}.bytes()) << words;
        };
        const std::string content = "one two three four";
        row("no deflate data", {"a", content, 8, "\xff\xff\xff\xff"},
            "'a': at byte 32: the compressed bytes of this entry are damaged here");
        row("ends early", {.name = "a", .content = content, .method = 8, .bytes_off = 2},
            "this entry unpacks to 18 bytes only, not to 20");
        row("goes on", {.name = "a", .content = content, .method = 8, .bytes_off = -3},
            "this entry unpacks to more than the 15 bytes that it should");
        row("cut", {"a", content, 8, deflated(content).substr(0, 9)}, "bytes only, not to 18");
        row("other bytes", {"a", content, 8, deflated("one two three fout")},
            "the bytes of this entry do not agree with their checksum");
        // Headers that are not changed would contradict each other: these two are.
        row("other checksum", {.name = "a", .content = content, .method = 8, .crc_off = 1},
            "the bytes of this entry do not agree with their checksum");
    }
    void damage_inside_is_found_when_it_is_read() {
        QFETCH(QByteArray, archive);
        QFETCH(QString, words);
        std::string bytes = archive.toStdString();
        const std::string error = error_of([&] {
            // Sizes that a row changes in the list are to be changed in the local header, too.
            const std::size_t central = bytes.find("PK\x01\x02");
            bytes.replace(22, 4, bytes.substr(central + 24, 4));
            bytes.replace(14, 4, bytes.substr(central + 16, 4));
            const ZipArchive zip(in_memory(bytes));
            text_of(*zip.open(zip.entries().at(0)));
        });
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("archive.zip: "), error.c_str());
    }

    void a_wrong_checksum_of_a_stored_entry_shows_where_it_is_asked_for() {
        const ZipArchive zip = archive_of({{{.name = "a", .content = "abc", .crc_off = 1}}});
        QVERIFY(!zip.checksum_agrees(zip.entries()[0]));
        QCOMPARE(text_of(*zip.open(zip.entries()[0])), std::string("abc"));
    }

    void bad_archives_are_refused_data() {
        QTest::addColumn<QByteArray>("archive");
        QTest::addColumn<QString>("words");
        const auto bytes = [](const char* name, const std::string& archive, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(archive) << words;
        };
        const auto row = [&](const char* name, const ZipBuilder& zip, const char* words) {
            bytes(name, zip.bytes(), words);
        };
        const auto named = [&](const char* name, const std::string& entry) {
            row(name, {{{entry, "x"}}}, "the name of this entry leads out of the archive");
        };
        named("absolute name", "/etc/passwd");
        named("name above the root", "../x");
        named("name above the root, deeper", "a/b/../../../x");
        named("name of the folder above", "a/..");
        named("backslash", "a\\..\\x");
        named("drive", "C:/x");
        named("NUL in a name", std::string("a\0b", 3));
        row("empty name", {{{"", "x"}}}, "the name of an entry is not UTF-8 text");
        row("name in another encoding", {{{"caf\xe9", "x"}}}, "the name of an entry is not UTF-8 text");
        row("long name", {{{std::string(5000, 'n'), "x"}}}, "is 5000 bytes long, at most 4096 are read");
        row("twice the same name", {{{"a", "x"}, {"b", "y"}, {"a", "z"}}},
            "'a': at byte 190: a second entry has this name");
        row("encrypted", {{{.name = "a", .content = "x", .flags = 1}}}, "this entry is encrypted");
        row("strongly encrypted", {{{.name = "a", .content = "x", .flags = 0x41}}},
            "this entry is encrypted");
        row("bzip2", {{{"a", "x", 12}}}, "this entry is compressed by method 12");
        row("deflate64", {{{"a", "x", 9}}}, "this entry is compressed by method 9");
        row("patch", {{{.name = "a", .content = "x", .flags = 0x20}}},
            "this entry is compressed by method 0");
        row("folder with content", {{{"a/", "x"}}}, "this entry is a folder, but has content");
        row("stored with two sizes", {{{.name = "a", .content = "x", .bytes_off = 1}}},
            "this entry is stored as it is, but takes 1 bytes and 2 unpacked");
        row("bomb", {{{.name = "a", .content = "x", .method = 8, .bytes_off = 1'000'000'000}}},
            "this entry is said to unpack from 3 bytes to 1000000001, more than can be");
        row("zip64 bomb",
            {{{.name = "a", .content = "x", .method = 8, .bytes_off = 1LL << 60, .zip64 = true}}},
            "more than can be");
        row("beyond the list", {{{.name = "a", .content = "x", .bytes_off = 9, .compressed_off = 9}}},
            "this entry is said to lie at byte 0 and to take 10 bytes, beyond the end of the entries at 32");
        row("far beyond the end",
            {{{.name = "a",
               .content = "x",
               .bytes_off = 1LL << 62,
               .compressed_off = 1LL << 62,
               .zip64 = true}}},
            "beyond the end of the entries at 32");
        row("begins beyond the list", {{{.name = "a", .content = "x", .offset_off = 30}}},
            "this entry is said to lie at byte 30");
        row("begins beyond everything", {{{.name = "a", .content = "x", .offset_off = -1, .zip64 = true}}},
            "this entry is said to lie at byte 18446744073709551615");
        row("begins elsewhere", {{{.name = "a", .content = "xyz", .offset_off = 1}}},
            "at byte 1: no entry begins where the archive's list says that this one does");
        row("two entries in one place",
            {{{.name = "a", .content = "x", .local_name = "b"},
              {.name = "b", .content = "x", .offset_off = -32}}},
            "the header of this entry contradicts the archive's list of entries");
        // The first reaches over the second, which begins with a header of its own.
        const std::string inner = ZipBuilder{{{"b", "x"}}}.bytes().substr(0, 32);
        row("one entry inside another", {{{"a", inner}, {.name = "b", .content = "x", .offset_off = -32}}},
            "'b': at byte 31: this entry overlaps the one before it");
        row("another local name", {{{.name = "a", .content = "x", .local_name = "b"}}},
            "'a': at byte 0: the header of this entry contradicts the archive's list of entries");
        row("longer local name", {{{.name = "a", .content = "x", .local_name = "ab"}}},
            "the header of this entry contradicts");
        row("local header of another size",
            {{{.name = "a", .content = "xy", .bytes_off = -1, .compressed_off = -1}}},
            "the header of this entry contradicts");
        row("too many entries for its length", {.parts = {{"a", "x"}}, .entries_off = 1},
            "the archive is said to have 2 entries, it is too short for them");
        row("most entries of all", {.parts = {{"a", "x"}}, .zip64 = true, .entries_off = -2},
            "the archive is said to have 18446744073709551615 entries");
        row("fewer entries than listed", {.parts = {{"a", "x"}, {"b", "y"}}, .entries_off = -1},
            "something else follows the last entry of the archive's list");
        row("list too long", {.parts = {{"a", "x"}}, .size_off = 100},
            "the list of entries should lie at byte 32");
        row("list beyond the end", {.parts = {{"a", "x"}}, .offset_off = 100},
            "the list of entries should lie at byte 132 and be 47 bytes long, but it ends at byte 79");
        row("bytes between list and end", {.parts = {{"a", "x"}}, .before_end = "?"},
            "the list of entries should lie at byte 32 and be 47 bytes long, but it ends at byte 80");
        row("several disks", {.parts = {{"a", "x"}}, .disk = 1},
            "this ZIP archive is spread over several files");
        row("several disks in zip64", {.parts = {{"a", "x"}}, .zip64 = true, .disk = 1},
            "this ZIP archive is spread over several files");
        const std::string good = ZipBuilder{{{"a", "x"}}}.bytes();
        bytes("cut", good.substr(0, good.size() - 1), "this ZIP archive has no end");
        bytes("followed by more", fmt::format("{}?", good), "this ZIP archive has no end");
        bytes("preceded by more", fmt::format("?{}", good), "the list of entries should lie at byte 32");
        bytes("nothing but a beginning", "PK\x03\x04", "this ZIP archive has no end");
        std::string bad = good;
        bytes("damaged list", bad.replace(good.find("PK\x01\x02"), 1, "Q"),
              "at byte 32: the archive's list of entries breaks off here");
        bad = good;
        bytes("name longer than the list", bad.replace(good.find("PK\x01\x02") + 29, 1, "\x01"),
              "the archive's list of entries breaks off here");
        const std::string wide = ZipBuilder{.parts = {{"a", "x"}}, .zip64 = true}.bytes();
        bad = wide;
        const std::size_t locator = wide.find("PK\x06\x07");
        bytes("zip64 record outside", bad.replace(locator + 15, 1, "\x7f"),
              "the zip64 record is said to lie outside the archive");
        bad = wide;
        bytes("no zip64 record there", bad.replace(locator + 8, 1, "\x01"),
              "no zip64 record is where it is said to be");
        bad = wide;
        bytes("zip64 record of another length", bad.replace(wide.find("PK\x06\x06") + 4, 1, "\x01"),
              "the zip64 record is not as long as it says");
    }
    void bad_archives_are_refused() {
        QFETCH(QByteArray, archive);
        QFETCH(QString, words);
        const std::string error = error_of([&] { ZipArchive(in_memory(archive.toStdString())); });
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("archive.zip: "), error.c_str());
    }

    // Whatever bit is flipped and wherever the file ends, it opens or gives an Error.
    void every_prefix_and_every_flipped_bit_is_survived() {
        const std::string good =
            ZipBuilder{.parts = {{"a/data.pkl", "abc"},
                                 {.name = "a/data/0", .content = "aaaaaaaaaaaa", .method = 8}},
                       .zip64 = true}
                .bytes();
        const auto opens = [](const std::string& bytes) {
            try {
                const ZipArchive zip(in_memory(bytes));
                for (const ZipEntry& entry : zip.entries())
                    text_of(*zip.open(entry));
                return true;
            } catch (const Error&) {
                return false;
            }
        };
        QVERIFY(opens(good));
        for (std::size_t length = 0; length < good.size(); ++length)
            QVERIFY(!opens(good.substr(0, length)));
        int opened = 0;
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            std::string flipped = good;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            opened += opens(flipped) ? 1 : 0;
        }
        QVERIFY(opened < static_cast<int>(8 * good.size()) / 2);
    }
};

QTEST_GUILESS_MAIN(TestZip)
#include "test_zip.moc"
