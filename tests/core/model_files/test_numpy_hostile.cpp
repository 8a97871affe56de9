// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/npy_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zip_builder.h"

#include <QTest>

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace halfstep;
using testing::floats;
using testing::npy_file;
using testing::ZipBuilder;
namespace fs = std::filesystem;

// Arrays and archives that no NumPy wrote, or that hold more than numbers.
class TestNumpyHostile : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

  private slots:
    void bad_arrays_are_refused_data() {
        const testing::BadFiles row;
        const auto header = [&](const char* name, const std::string& text, const char* words) {
            row(name, npy_file(text, std::string(64, '\0')), words);
        };
        const auto shape = [&](const char* name, const std::string& text, const char* words) {
            row(name, npy_file("<f4", text, std::string(64, '\0'), false), words);
        };
        const std::string good = npy_file("<f4", "(4,)", floats({1, 2, 3, 4}), false);
        row("empty", "", "this file is empty");
        row("no magic", fmt::format("NUMPY{}", good), "a NumPy array begins with \\x93NUMPY");
        row("magic cut", good.substr(0, 5), "a NumPy array begins with \\x93NUMPY");
        row("magic alone", good.substr(0, 6), "at byte 6: 1 more bytes were expected here");
        row("no length", good.substr(0, 9), "2 more bytes were expected here, but the file ends at byte 9");
        row("header cut", good.substr(0, 40), "more bytes were expected here, but the file ends at byte 40");
        row("numbers cut", good.substr(0, good.size() - 1),
            "'bad': at byte 128: its 16 bytes end beyond the file, which ends at byte 143");
        row("version 0", npy_file("{}", "", 0), "at byte 6: this NumPy array is of version 0.0");
        row("version 4", npy_file("{}", "", 4), "is of version 4.0");
        row("version 1.1", fmt::format("\x93NUMPY\x01\x01{}", good.substr(8)), "is of version 1.1");
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
               std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (4,)}").append(1, '\0'),
               "something follows the dictionary");
        header("NUL for a brace", std::string(1, '\0').append("'descr': '<f4'}"), "'{' was expected");
        header("records nested too deeply",
               fmt::format("{{'descr': {}, 'fortran_order': False}}", std::string(5000, '[')),
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
              "its shape holds more bytes than a computer can count");
        shape("more bytes than can be counted", "(4611686018427387904,)",
              "its shape holds more bytes than a computer can count");
        std::string ones;
        for (int axis = 0; axis < 65; ++axis)
            ones += "1,";
        shape("too many axes", fmt::format("({}{})", std::string(200, ' '), ones),
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
        const std::string said = testing::wrongly_said_of(path, words);
        QVERIFY2(said.empty(), said.c_str());
    }

    void bad_archives_are_refused_data() {
        const testing::BadFiles row;
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
        const std::string said = testing::wrongly_said_of(path, words);
        QVERIFY2(said.empty(), said.c_str());
    }
};

QTEST_GUILESS_MAIN(TestNumpyHostile)
#include "test_numpy_hostile.moc"
