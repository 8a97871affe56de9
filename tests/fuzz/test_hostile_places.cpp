// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/model.h"
#include "tests/fuzz/small_models.h"
#include "tests/support/bad_files.h"
#include "tests/support/byte_string.h"
#include "tests/support/npy_builder.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temporary_folder.h"

#include <QElapsedTimer>
#include <QTest>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

using namespace halfstep;
using namespace halfstep::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view canary = "what is outside of the folder";

// Puts what is not a regular file at a path; false where this system has none of that kind.
bool put_special(const std::string& kind, const fs::path& path) {
    fs::remove_all(path);
    if (kind == "pipe") return mkfifo(path.c_str(), 0600) == 0;
    if (kind == "folder") return fs::create_directory(path);
    if (kind == "link to itself") return symlink(path.filename().c_str(), path.c_str()) == 0;
    if (kind == "link to nothing") return symlink("nothing", path.c_str()) == 0;
    if (kind == "device") return symlink("/dev/zero", path.c_str()) == 0;
    if (kind == "terminal") return symlink("/dev/tty", path.c_str()) == 0;
    if (kind != "socket") return false;
    const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path) return false;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    const bool bound = bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return bound;
}

std::string external(const std::string& location) {
    return onnx_file(Proto().bytes(
        5,
        tensor_proto("w", 1, {2}).bytes(13, Proto().bytes(1, "location").bytes(2, location)).varint(14, 1)));
}

std::string index_of(const std::string& shard) {
    return fmt::format(R"({{"weight_map":{{"a.weight":"{}"}}}})", shard);
}

}  // namespace

// Files that are none, names that lead elsewhere, and files that change while they are read.
class TestHostilePlaces : public QObject {
    Q_OBJECT
    std::unique_ptr<TemporaryFolder> folder_;

    std::string error_at(const std::string& name) const {
        QElapsedTimer timer;
        timer.start();
        std::string message = error_of([&] { open_model(folder_->path(name)); });
        if (timer.elapsed() > 1000) message = "it took too long: " + message;
        return message;
    }
    void verify_refused(const std::string& name, const std::string& words) const {
        const std::string message = error_at(name);
        QVERIFY2(message.find(words) != std::string::npos, message.c_str());
        QVERIFY(message.find(canary) == std::string::npos);
        QVERIFY(message.find('\n') == std::string::npos);
    }

  private slots:
    void init() { folder_ = std::make_unique<TemporaryFolder>(); }

    void what_is_no_file_is_not_read_data() {
        QTest::addColumn<QString>("words");
        QTest::newRow("pipe") << "not a regular file";
        QTest::newRow("folder") << "cannot be read: ";
        QTest::newRow("socket") << "cannot be read: ";
        QTest::newRow("device") << "not a regular file";
        QTest::newRow("terminal") << "cannot be read: ";
        QTest::newRow("link to itself") << "cannot be read: ";
        QTest::newRow("link to nothing") << "no such file";
    }

    // As the model itself, as a shard, as a part, as external data, as the configuration.
    void what_is_no_file_is_not_read() {
        QFETCH(QString, words);
        const std::string kind = QTest::currentDataTag();
        for (const char* name : {"m.safetensors", "m.gguf", "m.onnx", "m.npy", "m.npz", "m.bin", "m"}) {
            if (!put_special(kind, folder_->path(name))) QSKIP("there is none of that kind here");
            verify_refused(name, kind == "folder" ? "this folder holds no model" : words.toStdString());
        }
        const bool leads_out = kind == "device" || kind == "terminal";
        const std::string inside = leads_out ? "leads out of the model's folder" : words.toStdString();
        folder_->put("s/model.safetensors.index.json", index_of("x.safetensors"));
        QVERIFY(put_special(kind, folder_->path("s/x.safetensors")));
        verify_refused("s", inside);
        folder_->put("e/model.onnx", external("x.data"));
        QVERIFY(put_special(kind, folder_->path("e/x.data")));
        verify_refused("e/model.onnx", inside);
        folder_->put("c/model.safetensors", small_safetensors());
        QVERIFY(put_special(kind, folder_->path("c/config.json")));
        const auto model = open_model(folder_->path("c"));
        QCOMPARE(model->tensors().size(), std::size_t{3});
        QVERIFY(model->issues().size() == 2 || kind == "link to nothing");  // one is about the integers
    }

    void names_do_not_lead_out_data() {
        QTest::addColumn<QString>("location");
        const auto row = [](const char* name, const QString& location) { QTest::newRow(name) << location; };
        row("absolute", "/etc/hostname");
        row("above", "../secret");
        row("above and back", "../m/../secret");
        row("through a folder", "sub/../../secret");
        row("above itself", "..");
        row("itself", ".");
        row("a link", "link");
        row("a link in a folder", "sub/link");
        row("a folder that is a link", "folder link/secret");
        row("a link to a link", "second link");
        row("backslashes", "..\\secret");
        row("a drive", "C:\\secret");
        row("a user's folder", "~/secret");
        row("the open files of this program", "/proc/self/fd/0");
        row("a URL", "file:///etc/hostname");
        row("an empty name", "");
        row("two dots in disguise", "\xe2\x80\xa5/secret");
        row("a name of 5,000 bytes", QString(5000, 'a'));
        row("a control character", "\u001b[2J");
    }

    // What lies outside is never shown: it would be part of a value, or of the message about it.
    void names_do_not_lead_out() {
        QFETCH(QString, location);
        const std::string where = location.toStdString();
        folder_->put("secret", canary);
        folder_->put("m/sub/x", "x");
        fs::create_symlink("../secret", folder_->path("m/link"));
        fs::create_symlink("../../secret", folder_->path("m/sub/link"));
        fs::create_symlink("..", folder_->path("m/folder link"));
        fs::create_symlink("link", folder_->path("m/second link"));
        folder_->put("m/model.onnx", external(where));
        QVERIFY2(error_at("m/model.onnx") != "no error", error_at("m/model.onnx").c_str());
        QVERIFY(error_at("m/model.onnx").find(canary) == std::string::npos);
        std::string escaped;
        for (const char c : where)
            escaped += c == '\\' ? "\\\\" : std::string(1, c);
        folder_->put("m/model.safetensors.index.json", index_of(escaped));
        QVERIFY(error_at("m/model.safetensors.index.json") != "no error");
        QVERIFY(error_at("m/model.safetensors.index.json").find(canary) == std::string::npos);
    }

    // A reader that waited for a pipe outside would wait for ever.
    void a_pipe_outside_is_not_waited_for() {
        QVERIFY(mkfifo(folder_->path("pipe").c_str(), 0600) == 0);
        fs::create_directories(folder_->path("m"));
        fs::create_symlink("../pipe", folder_->path("m/link"));
        folder_->put("m/model.onnx", external("link"));
        verify_refused("m/model.onnx", "leads out of the model's folder");
    }

    void files_that_are_none_of_ours_are_named_data() {
        const BadFiles row;
        row("empty", "", "empty|ends after 0|begins with");
        row("a line's end", "\n", "is not a model file|ends after 1|begins with|ends at byte 1");
        row("zeros", std::string(4096, '\0'), "is not a model file|does not begin with|begins with|field");
        row("ones", std::string(4096, '\xff'), "is not a model file|at most|begins with|endless|number");
        row("Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "Git LFS");
        row("web page", "<!DOCTYPE html>\n<html><body>404</body></html>", "is a web page");
        row("web page, in small letters", "<!doctype html><html></html>", "is a web page");
        row("web page with spaces before", "\n\n  <!DOCTYPE html><html></html>", "is a web page");
        row("web page with a byte order mark", "\xef\xbb\xbf<html><body>", "is a web page");
        row("an XML message", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "is XML");
        row("gzip", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10), "is compressed");
        row("xz",
            std::string("\xfd"
                        "7zXZ\0\0\4",
                        8),
            "is compressed");
        row("zstd", "\x28\xb5\x2f\xfd\x04\x58", "is compressed");
        row("JSON with a byte order mark", "\xef\xbb\xbf{\"weight_map\":{}}", "byte order mark");
        row("a message of the Hub", "{\"error\":\"Repository not found\"}", "weight_map|is JSON text");
        row("a shell's script", "#!/bin/sh\ntrue\n", "is not a model file|at most|begins with|wire type");
    }

    void files_that_are_none_of_ours_are_named() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        for (const char* name : {"m", "m.safetensors", "m.gguf", "m.onnx", "m.npy", "m.bin"}) {
            const std::string said = wrongly_said_of(folder_->put(name, bytes.toStdString()), words);
            QVERIFY2(said.empty(), said.c_str());
        }
    }

    void files_that_change_while_they_are_read_data() {
        QTest::addColumn<QByteArray>("bytes");
        for (const SmallModel& model : small_models())
            QTest::newRow(model.file.c_str()) << QByteArray::fromStdString(model.bytes);
    }

    // Cut to every length after it was opened: values, or one error that says so.
    void files_that_change_while_they_are_read() {
        QFETCH(QByteArray, bytes);
        folder_->put("shard.safetensors", small_safetensors());
        const std::string name = QTest::currentDataTag();
        int refused = 0;
        for (qsizetype length = bytes.size(); length >= 0; length -= 7) {
            const auto model = open_model(folder_->put(name, bytes.toStdString()));
            fs::resize_file(folder_->path(name), static_cast<std::uintmax_t>(length));
            for (const TensorInfo& tensor : model->tensors()) {
                if (!tensor.measurable()) continue;
                std::vector<float> values(tensor.elements);
                const std::string message = error_of([&] { model->read_floats(tensor, 0, values); });
                if (message == "no error") continue;
                QVERIFY2(message.find("early") != std::string::npos, message.c_str());
                QVERIFY(message.starts_with(folder_->path(name).string()));
                ++refused;
            }
        }
        QVERIFY(refused > 0);
    }

    // What was opened is read on, whatever has taken its name.
    void a_file_that_is_replaced_is_read_on() {
        const fs::path path = folder_->put("w.npy", npy_file("<f4", "(2,)", std::string(8, '\0'), false));
        const auto model = open_model(path);
        folder_->put("other", "something else");
        fs::rename(folder_->path("other"), path);
        std::vector<float> values{1, 1};
        model->read_floats(model->tensors()[0], 0, values);
        QVERIFY((values == std::vector<float>{0, 0}));
        fs::remove(path);
        model->read_floats(model->tensors()[0], 0, values);
    }

    // Names are shown as they are, or, where they could do harm, with their odd characters replaced.
    void odd_names_are_shown_without_harm_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("a line's end") << QByteArray("a\\nb");
        QTest::newRow("an escape") << QByteArray("\\u001b[2J");
        QTest::newRow("NUL") << QByteArray("a\\u0000b");
        QTest::newRow("half a pair") << QByteArray("\\ud800");
        QTest::newRow("other script") << QByteArray("\xd0\xb2\xd0\xb5\xd1\x81");
        QTest::newRow("overlong") << QByteArray("\xc0\xaf");
        QTest::newRow("beyond Unicode") << QByteArray("\xf5\x80\x80\x80");
        QTest::newRow("a surrogate") << QByteArray("\xed\xa0\x80");
        QTest::newRow("cut") << QByteArray("\xe2\x82");
        QTest::newRow("long") << QByteArray(100'000, 'n');
    }

    void odd_names_are_shown_without_harm() {
        QFETCH(QByteArray, name);
        // Its size is wrong, so that the error names the tensor.
        const std::string header =
            fmt::format(R"({{"{}":{{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}}})", name.toStdString());
        folder_->put("m.safetensors", safetensors_file(header, 4));
        const std::string message = error_at("m.safetensors");
        QVERIFY(message != "no error");
        QVERIFY(message.size() < 1000);
        QVERIFY(std::none_of(message.begin(), message.end(), [](char c) { return c >= 0 && c < ' '; }));
        QVERIFY(QString::fromStdString(message).toStdString() == message);  // valid UTF-8
    }
};

QTEST_GUILESS_MAIN(TestHostilePlaces)
#include "test_hostile_places.moc"
