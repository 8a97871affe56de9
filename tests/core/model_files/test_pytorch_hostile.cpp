// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "core/model_files/pytorch/pytorch.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const InputFile> in_memory(const std::string& bytes) {
    const auto span = std::as_bytes(std::span(bytes.data(), bytes.size()));
    return std::make_shared<const InputFile>("/models/model.pt", std::vector(span.begin(), span.end()));
}

// Reads the checkpoint and some of every tensor.
void use(const std::string& bytes) {
    const auto file = in_memory(bytes);
    PytorchContents read = read_pytorch(file, {});
    Model::Contents contents;
    contents.files = std::move(read.further_files);
    contents.files.insert(contents.files.begin(), file);
    contents.tensors = std::move(read.contents.tensors);
    const Model model(std::move(contents));
    for (const TensorInfo& tensor : model.tensors()) {
        std::vector<std::byte> some(static_cast<std::size_t>(std::min<std::uint64_t>(tensor.bytes, 64)));
        model.read_bytes(tensor, tensor.bytes - some.size(), some);
    }
}

bool opens(const std::string& bytes) {
    try {
        use(bytes);
        return true;
    } catch (const Error&) {
        return false;
    }
}

std::string zipped(const std::string& pickle) {
    return checkpoint_zip(pickle).bytes();
}

// `call` of a function with a command as its argument.
std::string attack(std::string_view module, std::string_view name, std::string_view command) {
    return Pickle().dict().global(module, name).raw("(").text(command).raw("tR").end();
}

// Under sanitizers everything takes several times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double at_once = 10;
#else
constexpr double at_once = 1;
#endif

// Of the processor: other work does not count.
double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

}  // namespace

class TestPytorchHostile : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void what_these_rows_spoil_is_good() {
        use(zipped(Pickle().dict().tensor().end()));
        use(legacy_checkpoint(Pickle().dict().tensor().end()));
    }

    void bad_pickles_are_refused_data() {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& pickle, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(pickle) << words;
        };
        row("nothing", "", "no pickle of protocol 2 to 5 begins here");
        row("one byte", "\x80", "no pickle of protocol 2 to 5 begins here");
        row("text", "model weights", "no pickle of protocol 2 to 5 begins here");
        row("protocol 0", "(dp0\nVw\np1\nI1\ns.", "no pickle of protocol 2 to 5 begins here");
        row("protocol 1", Pickle(1).raw("}").stop(), "this pickle is of protocol 1, 2 to 5 are read");
        row("protocol 6", Pickle(6).raw("}").stop(), "this pickle is of protocol 6, 2 to 5 are read");
        row("protocol 255", Pickle(255).raw("}").stop(), "this pickle is of protocol 255");
        row("protocol in the middle", Pickle().raw("}\x80\x07").stop(), "this pickle is of protocol 7");
        row("no end", "\x80\x02}", "1 more bytes were expected here, but the file ends at byte 3");
        row("stop with nothing", Pickle().stop(), "at byte 2: this pickle uses a value that it did not make");
        row("stop with two values", Pickle().raw("NN").stop(), "this pickle ends with values left over");
        row("stop with a mark", Pickle().raw("(N").stop(), "this pickle ends with values left over");
        row("something after the end", Pickle().dict().tensor().end() + "x",
            "something follows the end of the pickle");
        row("unknown opcode", Pickle().raw("\xff").stop(),
            "byte 0xff is not an opcode that pickles of models have");
        row("NUL", Pickle().raw(std::string(1, '\0')).stop(), "byte 0x00 is not an opcode");
        row("extension registry", Pickle().raw("\x82\x01").stop(), "byte 0x82 is not an opcode");
        row("instance", Pickle().raw("(ios\nsystem\n").stop(), "byte 0x69 is not an opcode");
        row("object", Pickle().raw("(cos\nx\no").stop(), "this file wants to run code: os.x");
        row("buffer from elsewhere", Pickle().raw("\x97").stop(), "byte 0x97 is not an opcode");

        row("text longer than the file", Pickle().raw("X\xff\xff\xff\x7f").stop(),
            "2147483647 more bytes were expected here");
        row("text of all of memory", Pickle().raw("\x8d\xff\xff\xff\xff\xff\xff\xff\xff").stop(),
            "18446744073709551615 more bytes were expected here");
        row("short text longer than the file",
            Pickle()
                .raw("\x8c\xff"
                     "abc")
                .stop(),
            "255 more bytes were expected");
        row("bytes longer than the file", Pickle().raw("B\xff\xff\xff\xff").stop(), "4294967295 more bytes");
        row("bytearray longer than the file", Pickle().raw("\x96\x00\x00\x00\x00\x00\x00\x00\x80").stop(),
            "more bytes were expected");
        row("frame longer than the file", Pickle(4).raw(std::string("\x95\0\0\0\0\0\0\x01\0", 9)).stop(),
            "more bytes were expected");
        row("integer longer than the file", Pickle().raw("\x8b\xff\xff\xff\x7f").stop(),
            "2147483647 more bytes");
        row("cut number", "\x80\x02J\x01", "4 more bytes were expected here, but the file ends at byte 4");

        row("tuple of more than there is", Pickle().raw("N\x87").stop(), "uses a value that it did not make");
        row("tuple over a mark", Pickle().raw("N(\x85").stop(), "uses a value that it did not make");
        row("pop of nothing", Pickle().raw("0").stop(), "uses a value that it did not make");
        row("copy of nothing", Pickle().raw("2").stop(), "uses a value that it did not make");
        row("mark that is not there", Pickle().raw("Nt").stop(), "uses a mark that it did not make");
        row("pop to a mark that is not there", Pickle().raw("1").stop(), "uses a mark that it did not make");
        row("memo that is not there", Pickle().get(3).stop(), "refers to its value 3, which it did not make");
        row("long memo that is not there", Pickle().raw("j\xff\xff\xff\xff").stop(),
            "refers to its value 4294967295, which it did not make");
        row("memo of nothing", Pickle().memo(0).stop(), "uses a value that it did not make");
        row("memo without a number", Pickle().raw("Npx\n").stop(), "a number in this pickle is not one");
        row("memo of a negative number", Pickle().raw("Np-1\n").stop(), "a number in this pickle is not one");
        row("endless line", Pickle().raw("Np").raw(std::string(2000, '1')).stop(),
            "a name in this pickle is too long");

        row("key without a value", Pickle().raw("}(").text("w").raw("u").stop(),
            "a key in this pickle has no value");
        row("dict of three", Pickle().raw("(NNNd").stop(), "a key in this pickle has no value");
        row("items of a list", Pickle().raw("]NNs").stop(), "puts items into something that is not a dict");
        row("items of nothing", Pickle().raw("NNs").stop(), "uses a value that it did not make");
        row("append to a number", Pickle().raw("K\x01Na").stop(), "appends to something that is not a list");
        row("append to a dict", Pickle().raw("}(NNe").stop(), "appends to something that is not a list");
        row("append to a tuple", Pickle().raw(")Na").stop(), "appends to something that is not a list");
        row("state of a dict", Pickle().raw("}}b").stop(), "gives a state to something that has none");
        row("state of a name", Pickle().global("torch", "Size").raw("}b").stop(),
            "gives a state to something that has none");
        row("call of a number", Pickle().raw("K\x01)R").stop(),
            "calls something that is neither a class nor a function");
        row("call of a text", Pickle().text("os.system").raw(")R").stop(),
            "calls something that is neither a class nor a function");
        row("arguments that are no tuple", Pickle().global("torch", "Size").raw("]R").stop(),
            "the arguments of a call are not a tuple");
        row("name that is a number", Pickle(4).raw("K\x01K\x02\x93").stop(),
            "a name in this pickle is not a text");
        row("empty name", Pickle().global("torch", "").stop(), "this is not the name of a class or function");
        row("endless name", Pickle().global("torch", std::string(1100, 'x')).stop(),
            "a name in this pickle is too long");
        row("endless name on the stack",
            Pickle(4).text("torch").text(std::string(1100, 'x')).raw("\x93").stop(),
            "this is not the name of a class or function");

        const auto code = [&](const char* module, const char* name) {
            const std::string whole = fmt::format("{}.{}", module, name);
            row(whole.c_str(), attack(module, name, "x"),
                fmt::format("this file wants to run code: {}. Do not trust it", whole).c_str());
        };
        code("os", "system");
        code("posix", "system");
        code("nt", "system");
        code("os.path", "join");
        code("subprocess", "Popen");
        code("builtins", "eval");
        code("builtins", "exec");
        code("builtins", "__import__");
        code("builtins", "open");
        code("__builtin__", "eval");
        code("__builtin__", "execfile");
        code("sys", "modules");
        code("importlib", "import_module");
        code("runpy", "_run_code");
        code("pickle", "loads");
        code("_pickle", "Unpickler");
        code("marshal", "loads");
        code("ctypes", "CDLL");
        code("socket", "create_connection");
        code("shutil", "rmtree");
        code("pty", "spawn");
        code("webbrowser", "open");
        code("urllib.request", "urlopen");
        code("torch", "load");
        code("torch.hub", "load");
        code("numpy", "load");
        code("numpy.testing._private.utils", "runstring");
        code("types", "CodeType");
        code("timeit", "timeit");
        code("io", "open");
        row("code by STACK_GLOBAL", Pickle(4).raw("\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R").stop(),
            "this file wants to run code: os.system");
        row("code by a dotted name", attack("builtins", "eval.__call__", "x"),
            "wants to run code: builtins.eval.__call__");
        row("code as the class of an object", Pickle().global("os", "system").raw(")\x81").stop(),
            "wants to run code");
        row("code that is only named", Pickle().dict().global("os", "system").end(),
            "wants to run code: os.system");

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
        row("nested three hundred levels deep",
            Pickle().raw(repeated("]", 300)).tensor().raw(repeated("a", 300)).stop(),
            "nested more than 200 levels deep");
        row("nested six million levels deep", Pickle().raw(std::string(6'000'000, ']')).stop(),
            "this pickle holds more than 5000000 values");
        row("six million numbers", Pickle().raw("(").raw(repeated("K\x01", 6'000'000)).raw("t").stop(),
            "this pickle holds more than 5000000 values");
    }
    void bad_pickles_are_refused() {
        QFETCH(QByteArray, pickle);
        QFETCH(QString, words);
        const std::clock_t start = std::clock();
        const std::string error = error_of([&] { use(zipped(pickle.toStdString())); });
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("/models/model.pt/m/data.pkl: "), error.c_str());
        QVERIFY(seconds_since(start) < at_once);
    }

    void bad_archives_are_refused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& file, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << words;
        };
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
        QFETCH(QByteArray, file);
        QFETCH(QString, words);
        const std::string error = error_of([&] { use(file.toStdString()); });
        QVERIFY2(error.find(words.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.starts_with("/models/model.pt"), error.c_str());
    }

    // What is made to take much more time or memory than its size: each is answered at once.
    void bombs_go_off_in_nothing_data() {
        QTest::addColumn<QByteArray>("pickle");
        const auto row = [](const char* name, const std::string& pickle) {
            QTest::newRow(name) << QByteArray::fromStdString(pickle);
        };
        // Lists of two references to the list before: 2^100 elements to who walks them all.
        Pickle doubling;
        doubling.raw("]").memo(0);
        for (std::uint8_t level = 1; level < 100; ++level)
            doubling.raw("](").get(level - 1).get(level - 1).raw("e").memo(level);
        row("a hundred times doubled list", Pickle(doubling).stop());
        Pickle tuples;
        tuples.raw(")").memo(0);
        for (std::uint8_t level = 1; level < 100; ++level)
            tuples.get(level - 1).get(level - 1).raw("\x86").memo(level);
        row("a hundred times doubled tuple", Pickle(tuples).stop());
        row("a list in itself", Pickle().raw("]").memo(0).get(0).raw("a").stop());
        row("a dict in itself", Pickle().raw("}").memo(0).text("w").get(0).raw("s").stop());
        row("an object that is its own state",
            Pickle().global("m", "C").raw(")\x81").memo(0).get(0).raw("b").stop());
        row("an object called with itself", Pickle()
                                                .raw("]")
                                                .memo(0)
                                                .global("m", "C")
                                                .get(0)
                                                .raw("\x85R")
                                                .memo(1)
                                                .raw("0")
                                                .get(0)
                                                .get(1)
                                                .raw("a")
                                                .stop());
        row("a function that is the object it makes",
            Pickle().global("m", "C").raw(")R").memo(0).raw(")R)R)R").raw("}b").stop());
        std::string states =
            Pickle().raw("}(").raw(repeated("NN", 20'000)).raw("u").memo(0).raw("0](").stop();
        states.pop_back();
        states +=
            repeated(Pickle().global("m", "C").raw(")\x81").get(0).raw("b").stop().substr(2, 10), 20'000) +
            "e.";
        row("twenty thousand objects of one large state", states);
        std::string tensors = Pickle().tensor().memo(1).raw("0](").stop();
        tensors.pop_back();
        row("a million times the same tensor", tensors + repeated("h\x01", 1'000'000) + "e.");
        std::string keys = Pickle().text(std::string(60'000, 'k')).memo(1).raw("0}(").stop();
        keys.pop_back();
        row("a million times the same long key", keys + repeated("h\x01N", 1'000'000) + "u.");
        row("a million times the same long value", keys + repeated("Nh\x01", 1'000'000) + "u.");
        row("a million times the same long key, deeper",
            keys + "K\x01}(" + repeated("h\x01]", 1'000'000) + "uu.");
        // Modules that share what they should each have of their own.
        std::string modules = Pickle()
                                  .raw("](")
                                  .raw(repeated("K\x01", 40'000))
                                  .raw("e")
                                  .memo(0)
                                  .raw("0}(")
                                  .raw(repeated("NN", 20'000))
                                  .raw("u")
                                  .memo(1)
                                  .raw("0")
                                  .text("_parameters")
                                  .memo(2)
                                  .raw("0")
                                  .text("_modules")
                                  .memo(3)
                                  .raw("0")
                                  .text("_non_persistent_buffers_set")
                                  .memo(4)
                                  .raw("0")
                                  .global("m", "C")
                                  .memo(5)
                                  .raw("0](")
                                  .stop();
        modules.pop_back();
        row("twenty thousand modules of the same parameters and buffers",
            modules + repeated(std::string("h\x05)\x81}(h\x02h\x01h\x03h\x01h\x04h\0ub", 20), 20'000) + "e.");
        std::string dicts = Pickle()
                                .raw("](")
                                .raw(repeated("N", 40'000))
                                .raw("e\x85")
                                .memo(0)
                                .raw("0")
                                .global("collections", "OrderedDict")
                                .memo(1)
                                .raw("0](")
                                .stop();
        dicts.pop_back();
        row("forty thousand dicts made of one list",
            dicts + repeated(std::string("h\1h\0R", 5), 40'000) + "e.");
        row("parameters in parameters", Pickle()
                                            .dict()
                                            .raw(repeated("ctorch._utils\n_rebuild_parameter\n", 5000))
                                            .tensor()
                                            .raw(repeated("\x85R", 5000))
                                            .end());
        row("elements repeated without end",
            Pickle().dict().rebuild().storage().view(0, {1LL << 40U, 4}, {0, 1}).end());
        row("text of a million letters", Pickle().dict(std::string(1'000'000, 'x')).raw("K\x01").end());
    }
    void bombs_go_off_in_nothing() {
        QFETCH(QByteArray, pickle);
        const std::clock_t start = std::clock();
        opens(zipped(pickle.toStdString()));
        QVERIFY2(seconds_since(start) < at_once, qPrintable(QString::number(seconds_since(start))));
    }

    // The command would leave a file behind.
    void nothing_in_a_file_is_run_data() {
        QTest::addColumn<bool>("legacy");
        QTest::addColumn<QString>("module");
        QTest::addColumn<QString>("name");
        for (const bool legacy : {false, true})
            for (const auto& [module, name] :
                 {std::pair("os", "system"), std::pair("posix", "system"),
                  std::pair("subprocess", "getoutput"), std::pair("builtins", "exec"),
                  std::pair("torch.nn.modules.module", "Module"), std::pair("mylibrary", "run")})
                QTest::addRow("%s%s.%s", legacy ? "legacy: " : "", module, name)
                    << legacy << QString(module) << QString(name);
    }
    void nothing_in_a_file_is_run() {
        QFETCH(bool, legacy);
        QFETCH(QString, module);
        QFETCH(QString, name);
        const fs::path canary = folder_.path("canary");
        const std::string command = name == "exec" ? fmt::format("open('{}','w').close()", canary.string())
                                                   : fmt::format("touch '{}'", canary.string());
        const std::string pickle = Pickle()
                                       .raw("}(")
                                       .text("w")
                                       .tensor()
                                       .text("x")
                                       .global(module.toStdString(), name.toStdString())
                                       .raw("(")
                                       .text(command)
                                       .raw("tRu")
                                       .stop();
        const fs::path path = folder_.put("model.pt", legacy ? legacy_checkpoint(pickle) : zipped(pickle));
        const std::string error = error_of([&] { open_model(path); });
        const bool harmless = module == "torch.nn.modules.module" || module == "mylibrary";
        QCOMPARE(error == "no error", harmless);
        QVERIFY(!fs::exists(canary));
        if (name == "exec") return;
        QCOMPARE(std::system(command.c_str()), 0);  // the command does what this test looks for
        QVERIFY(fs::remove(canary));
    }

    void every_prefix_and_every_flipped_bit_is_survived_data() {
        QTest::addColumn<QByteArray>("file");
        const std::string pickle = Pickle(4)
                                       .raw("}(")
                                       .text("a")
                                       .tensor()
                                       .text("b")
                                       .rebuild()
                                       .storage("Half", "1", 6)
                                       .view(1, {2, 2}, {1, 2})
                                       .raw("u")
                                       .stop();
        ZipBuilder zip = checkpoint_zip(pickle, {{"0", floats({1, 2, 3, 4})}, {"1", "abcdefghijkl"}});
        QTest::newRow("zip") << QByteArray::fromStdString(zip.bytes());
        for (ZipPart& part : zip.parts)
            part.method = 8;
        zip.zip64 = true;
        QTest::newRow("zip, deflated") << QByteArray::fromStdString(zip.bytes());
        zip = checkpoint_zip(pickle, {{"0", floats({1, 2, 3, 4})}, {"1", "abcdefghijkl"}});
        zip.parts.push_back({"m/constants.pkl", Pickle().raw("(").tensor().raw("t").stop()});
        zip.parts.push_back({"m/constants/0", floats({1, 2, 3, 4})});
        zip.parts.push_back({"m/byteorder", "big"});
        QTest::newRow("TorchScript, big-endian") << QByteArray::fromStdString(zip.bytes());
        QTest::newRow("legacy") << QByteArray::fromStdString(
            legacy_checkpoint(Pickle().dict().tensor().end()));
    }
    void every_prefix_and_every_flipped_bit_is_survived() {
        QFETCH(QByteArray, file);
        const std::string good = file.toStdString();
        QVERIFY(opens(good));
        const std::clock_t start = std::clock();
        for (std::size_t length = 0; length < good.size(); ++length)
            QVERIFY2(!opens(good.substr(0, length)), qPrintable(QString::number(length)));
        int opened = 0;
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            std::string flipped = good;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            opened += opens(flipped) ? 1 : 0;
        }
        qInfo("%d of %zu still open", opened, 8 * good.size());
        QVERIFY(opened < static_cast<int>(8 * good.size()) / 2);
        QVERIFY(seconds_since(start) < 20);
    }
};

QTEST_GUILESS_MAIN(TestPytorchHostile)
#include "test_pytorch_hostile.moc"
