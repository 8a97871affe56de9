// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/bad_files.h"
#include "tests/support/checkpoint_use.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/refused_pickles.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <ctime>
#include <functional>

using namespace halfstep;
using namespace halfstep::testing;

// Tensors that are not where the file says, and containers around them that are broken.
class TestPytorchBadTensors : public QObject {
    Q_OBJECT

  private slots:
    void what_these_rows_spoil_is_good() {
        use(zipped(Pickle().dict().tensor().end()));
        use(legacy_checkpoint(Pickle().dict().tensor().end()));
    }

    void bad_tensors_are_refused_data() {
        const BadFiles row;
        const auto storage = [&](const char* name, const std::function<void(Pickle&)>& id,
                                 const char* words) {
            Pickle pickle;
            pickle.dict().rebuild();
            id(pickle);
            row(name, pickle.view(0, {2, 2}, {2, 1}).end(), words);
        };
        storage(
            "storage that is a number", [](Pickle& p) { p.number(1); },
            "made of something that is not a storage");
        storage(
            "storage named by a text", [](Pickle& p) { p.text("0").raw("Q"); },
            "this is not the name of a storage");
        storage(
            "storage named by a line", [](Pickle& p) { p.raw("P0\n"); }, "this is not the name of a storage");
        storage(
            "storage with too few parts", [](Pickle& p) { p.raw("(").text("storage").raw("tQ"); },
            "this is not the name of a storage");
        storage(
            "module in place of a storage", [](Pickle& p) { p.raw("(").text("module").raw("NNNNtQ"); },
            "this is not the name of a storage");
        storage(
            "storage of an unknown type", [](Pickle& p) { p.storage("Quaternion"); },
            "'torch.QuaternionStorage' is not a kind of storage that is known");
        storage(
            "storage of no type",
            [](Pickle& p) { p.raw("(").text("storage").raw("N").text("0").text("cpu").number(4).raw("tQ"); },
            "'' is not a kind of storage that is known");
        storage(
            "storage without a key", [](Pickle& p) { p.storage("Float", ""); }, "this storage has no key");
        storage(
            "storage of a negative size", [](Pickle& p) { p.storage("Float", "0", -4); },
            "the size of a storage is not a count");
        storage(
            "storage of a size that is a text",
            [](Pickle& p) {
                p.raw("(")
                    .text("storage")
                    .global("torch", "FloatStorage")
                    .text("0")
                    .text("cpu")
                    .text("4")
                    .raw("tQ");
            },
            "the size of a storage is not a count");
        storage(
            "storage larger than any file", [](Pickle& p) { p.storage("Double", "0", 1LL << 62U); },
            "this storage is larger than any file");
        storage(
            "storage larger than its entry", [](Pickle& p) { p.storage("Float", "0", 5); },
            "'w': at byte 185: storage '0' should hold 20 bytes, the file has 16 of them");
        storage(
            "storage of wider elements", [](Pickle& p) { p.storage("Double", "0", 4); },
            "storage '0' should hold 32 bytes, the file has 16 of them");
        storage(
            "storage that is not there", [](Pickle& p) { p.storage("Float", "7"); },
            "the archive has no entry 'm/data/7' for this storage");
        storage(
            "storage above the folder", [](Pickle& p) { p.storage("Float", "../version"); },
            "the archive has no entry 'm/data/../version' for this storage");
        const auto viewed = [](Pickle& p, std::int64_t offset, std::int64_t size) {
            p.raw("(").text("storage").global("torch", "FloatStorage").text("0").text("cpu").number(4);
            p.raw("(").text("v").number(offset).number(size).raw("ttQ");
        };
        storage(
            "view of a storage beyond its end", [&](Pickle& p) { viewed(p, 1, 4); },
            "elements 1 to 5 of a storage of 4 are to be viewed");
        storage(
            "view of a storage with a negative offset", [&](Pickle& p) { viewed(p, -1, 4); },
            "the offset of a view is not a count");
        storage(
            "view of a part that is too small", [&](Pickle& p) { viewed(p, 1, 2); },
            "a tensor shows element 3 of a storage of 2");

        const auto view = [&](const char* name, std::int64_t offset, const std::vector<std::int64_t>& shape,
                              const std::vector<std::int64_t>& strides, const char* words) {
            row(name, Pickle().dict().rebuild().storage().view(offset, shape, strides).end(), words);
        };
        view("offset beyond the end", 4, {1}, {1}, "a tensor shows element 4 of a storage of 4");
        view("shape beyond the end", 1, {2, 2}, {2, 1}, "a tensor shows element 4 of a storage of 4");
        view("strides beyond the end", 0, {2, 2}, {3, 1}, "a tensor shows element 4 of a storage of 4");
        view("negative offset", -1, {2}, {1}, "the offset of a tensor is not a count");
        view("negative extent", 0, {-2}, {1}, "the shape of a tensor is not a count");
        view("negative stride", 3, {2}, {-1}, "the strides of a tensor is not a count");
        view("huge extent", 0, {1LL << 50U}, {0}, "the shape of a tensor holds 1125899906842624");
        view("huge stride", 0, {2}, {1LL << 50U}, "the strides of a tensor holds 1125899906842624");
        view("more elements than can be counted", 0, {1LL << 40U, 1LL << 40U}, {0, 0},
             "its shape holds more elements than a computer can count");
        view("just more elements than can be counted", 0, {1LL << 30U, 1LL << 30U}, {0, 0},
             "its shape holds more elements than a computer can count");
        view("too few strides", 0, {2, 2}, {1}, "a tensor of 2 dimensions has 1 strides");
        view("too many dimensions", 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1),
             "the shape of a tensor has more than 64 numbers");
        row("shape that is a number",
            Pickle().dict().rebuild().storage().number(0).number(4).numbers({1}).raw("\x89)tR").end(),
            "the shape of a tensor is not a list of numbers");
        row("shape of texts",
            Pickle()
                .dict()
                .rebuild()
                .storage()
                .number(0)
                .raw("(")
                .text("2")
                .raw("t")
                .numbers({1})
                .raw("\x89)tR")
                .end(),
            "the shape of a tensor is not a count");
        row("shape with a huge number",
            Pickle()
                .dict()
                .rebuild()
                .storage()
                .number(0)
                .raw("(\x8a\x09")
                .raw(std::string(9, '\x7f'))
                .raw("t")
                .numbers({1})
                .raw("\x89)tR")
                .end(),
            "the shape of a tensor is not a count");
        row("too few arguments", Pickle().dict().rebuild().storage().raw("tR").end(),
            "torch._utils._rebuild_tensor_v2 needs 4 arguments, here are 1");
        row("version 3 without a type",
            Pickle().dict().rebuild("_rebuild_tensor_v3").storage("Untyped", "0", 16).view(0, {4}, {1}).end(),
            "torch._utils._rebuild_tensor_v3 needs 7 arguments, here are 6");
        row("version 3 of an unknown type",
            Pickle()
                .dict()
                .rebuild("_rebuild_tensor_v3")
                .storage("Untyped", "0", 16)
                .number(0)
                .numbers({4})
                .numbers({1})
                .raw("\x89N")
                .global("torch", "int128")
                .raw("tR")
                .end(),
            "'torch.int128' is not an element type that is known");
        row("version 3 beyond the end",
            Pickle()
                .dict()
                .rebuild("_rebuild_tensor_v3")
                .storage("Untyped", "0", 16)
                .number(0)
                .numbers({5})
                .numbers({1})
                .raw("\x89N")
                .global("torch", "float32")
                .raw("tR")
                .end(),
            "a tensor shows element 4 of a storage of 4");

        row("name that is not UTF-8", Pickle().dict("caf\xe9").tensor().end(),
            "the name of a tensor is not UTF-8 text");
        row("name of five thousand letters", Pickle().dict(std::string(5000, 'n')).tensor().end(),
            "the names of the tensors are too long");
    }
    void bad_tensors_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        check_pickle_is_refused(bytes.toStdString(), words.toStdString());
    }

    void bad_archives_are_refused_data() {
        const BadFiles row;
        const std::string good = Pickle().dict().tensor().end();
        ZipBuilder zip = checkpoint_zip(good);
        zip.parts.push_back({"m/byteorder", "middle"});
        row("unknown byte order", zip.bytes(),
            "the byte order of this checkpoint is 'middle', not little or big");
        row("no pickle", ZipBuilder{{{"m/version", "3\n"}}}.bytes(), "it holds no data.pkl");
        row("pickle too deep", ZipBuilder{{{"m/n/data.pkl", good}}}.bytes(), "it holds no data.pkl");
        row("storage cut", checkpoint_zip(good, {{"0", "123456789012345"}}).bytes(),
            "storage '0' should hold 16 bytes, the file has 15 of them");
        row("no storage", checkpoint_zip(good, {}).bytes(),
            "the archive has no entry 'm/data/0' for this storage");
        zip = checkpoint_zip(good);
        zip.parts.push_back({"m/constants.pkl", Pickle().raw("(").tensor().raw("t").stop()});
        row("constants that are not there", zip.bytes(), "the archive has no entry 'm/constants/0'");
        zip.parts.back().content = attack("os", "system", "x");
        row("code in the constants", zip.bytes(),
            "m/constants.pkl: at byte 9: this file wants to run code: os.system");
        zip = checkpoint_zip(good);
        zip.parts[0].method = 8;
        zip.parts[0].packed = "\xff\xff";
        row("pickle that cannot be inflated", zip.bytes(),
            "the compressed bytes of this entry are damaged here");

        const std::string keys = Pickle().raw("]").text("0").raw("a").stop();
        const std::string data = ByteString().u64(4).raw(floats({1, 2, 3, 4})).bytes();
        const std::string start = legacy_start();
        const auto legacy = [&](const char* name, const std::string& rest, const char* words) {
            row(name, start + rest, words);
        };
        row("legacy: nothing but its number", start.substr(0, 15),
            "no pickle of protocol 2 to 5 begins here");
        row("legacy: another version", start.substr(0, 15) + Pickle().raw("M\xe8\x03").stop(),
            "this checkpoint is not of version 1001");
        row("legacy: no facts", start.substr(0, start.size() - 4) + Pickle().raw("N").stop(),
            "the facts about the computer that saved this checkpoint are missing");
        legacy("legacy: no object", "", "no pickle of protocol 2 to 5 begins here");
        legacy("legacy: no keys", good, "no pickle of protocol 2 to 5 begins here");
        legacy("legacy: keys that are none", fmt::format("{}{}{}", good, Pickle().raw("}").stop(), data),
               "the list of storages is missing");
        legacy("legacy: unknown key",
               fmt::format("{}{}{}", good, Pickle().raw("]").text("1").raw("a").stop(), data),
               "no tensor says what storage '1' holds");
        legacy("legacy: no key for a tensor", fmt::format("{}{}{}", good, Pickle().raw("]").stop(), data),
               "storage '0' is not in the file");
        legacy("legacy: key that is a number",
               fmt::format("{}{}{}", good,
                           Pickle()
                               .raw("]K\x01"
                                    "a")
                               .stop(),
                           data),
               "no tensor says what storage '' holds");
        legacy("legacy: key twice",
               fmt::format("{}{}{}{}", good, Pickle().raw("]").text("0").raw("a").text("0").raw("a").stop(),
                           data, data),
               "storage '0' is there twice");
        legacy("legacy: no data", good + keys, "8 more bytes were expected here");
        legacy("legacy: data cut", fmt::format("{}{}{}", good, keys, data.substr(0, 20)),
               "storage '0' should hold 4 elements of 4 bytes, the file ends 12 bytes on");
        legacy("legacy: more data than there can be",
               fmt::format("{}{}{}", good, keys, ByteString().u64(~0ULL).bytes()),
               "storage '0' should hold 18446744073709551615 elements of 4 bytes");
        legacy("legacy: fewer elements than the tensor shows",
               fmt::format("{}{}{}", good, keys, ByteString().u64(3).raw(floats({1, 2, 3})).bytes()),
               "storage '0' should hold 16 bytes, the file has 12 of them");
        legacy("legacy: code", attack("posix", "system", "x"), "this file wants to run code: posix.system");
        row("legacy: code in the facts",
            fmt::format("{}{}", start.substr(0, start.size() - 4), attack("os", "system", "x")),
            "this file wants to run code: os.system");
    }
    void bad_archives_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        const std::string error = error_of([&] { use(bytes.toStdString()); });
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("/models/model.pt"), error.c_str());
    }
};

QTEST_GUILESS_MAIN(TestPytorchBadTensors)
#include "test_pytorch_bad_tensors.moc"
