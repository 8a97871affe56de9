// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "tests/support/bad_files.h"
#include "tests/support/checkpoint_use.h"
#include "tests/support/pickle_builder.h"
#include "tests/support/refused_pickles.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>

using namespace halfstep;
using namespace halfstep::testing;
namespace fs = std::filesystem;

// Pickles that no model has: broken ones, and such that are there to run code.
class TestPytorchPickles : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void bad_pickles_are_refused_data() {
        const BadFiles row;
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

        row("nested three hundred levels deep",
            Pickle().raw(repeated("]", 300)).tensor().raw(repeated("a", 300)).stop(),
            "nested more than 200 levels deep");
        row("nested six million levels deep", Pickle().raw(std::string(6'000'000, ']')).stop(),
            "this pickle holds more than 5000000 values");
        row("six million numbers", Pickle().raw("(").raw(repeated("K\x01", 6'000'000)).raw("t").stop(),
            "this pickle holds more than 5000000 values");
    }
    void bad_pickles_are_refused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        check_pickle_is_refused(bytes.toStdString(), words.toStdString());
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
};

QTEST_GUILESS_MAIN(TestPytorchPickles)
#include "test_pytorch_pickles.moc"
