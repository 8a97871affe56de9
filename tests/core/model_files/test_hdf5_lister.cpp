// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/hdf5/lister/session.h"
#include "core/model_files/hdf5/lister_process.h"
#include "core/model_files/hdf5/listing_wire.h"
#include "core/model_files/input_file.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonObject>
#include <QTest>

#include <hdf5.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

using namespace halfstep;
using listing_wire::Frame;
using listing_wire::FrameKind;
namespace fs = std::filesystem;

namespace {

// Ends as a process does that nobody confined: what it counted of itself is written.
[[noreturn]] void list_unconfined(int socket) {
    H5dont_atexit();
    const auto limit_memory = [](std::uint64_t) {
        const rlimit most{448U << 20U, 448U << 20U};
        return setrlimit(RLIMIT_AS, &most) == 0;
    };
    const bool memory_is_limited = std::getenv("ASAN_OPTIONS") == nullptr;
    const lister::Confine confine =
        memory_is_limited ? lister::Confine(limit_memory) : [](std::uint64_t) { return true; };
    std::exit(lister::answer(lister::Asker(socket), confine));
}

// The other end of its socket, which does no more than it is asked for.
class OtherEnd {
  public:
    OtherEnd(int socket, const InputFile& file) : asker_(socket), file_(file) {}

    // The frame that ends the conversation and what follows it; none where it breaks off.
    std::optional<std::pair<FrameKind, std::vector<std::byte>>> hear_out() const {
        const std::uint64_t size = file_.size();
        asker_.send(std::as_bytes(std::span(&size, 1)));
        Frame frame;
        while (asker_.receive(std::as_writable_bytes(std::span(&frame, 1)))) {
            std::vector<std::byte> bytes(static_cast<std::size_t>(frame.length));
            if (frame.kind == FrameKind::read) {
                file_.read_at(frame.offset, bytes);
                asker_.send(bytes);
            } else if (asker_.receive(bytes)) {
                return std::pair(frame.kind, std::move(bytes));
            }
        }
        return std::nullopt;
    }

  private:
    lister::Asker asker_;
    const InputFile& file_;
};

std::optional<std::pair<FrameKind, std::vector<std::byte>>> listed_unconfined(const InputFile& file) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return std::nullopt;
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        list_unconfined(ends[1]);
    }
    close(ends[1]);
    auto heard = OtherEnd(ends[0], file).hear_out();
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return heard;
}

// The texts of a refusal, one after the other.
std::vector<std::string> texts_of(std::span<const std::byte> bytes) {
    std::vector<std::string> texts;
    while (bytes.size() >= sizeof(std::uint32_t)) {
        std::uint32_t length = 0;
        std::copy_n(bytes.begin(), sizeof length, std::as_writable_bytes(std::span(&length, 1)).begin());
        bytes = bytes.subspan(sizeof length);
        texts.emplace_back(reinterpret_cast<const char*>(bytes.data()), length);
        bytes = bytes.subspan(length);
    }
    return texts;
}

// Of files that HDF5 breaks down on, or for which its memory or time did not suffice, nothing is compared.
bool is_about_the_process(const std::string& error) {
    return error.find("breaks down") != std::string::npos || error.find("too long") != std::string::npos ||
           error.find("more memory") != std::string::npos;
}

// How the lister that is not confined differs from the one that is; empty where it does not.
std::string difference(const fs::path& path) {
    const InputFile file(path);
    std::vector<std::byte> answer;
    const std::string error = testing::error_of([&] { answer = ask_lister(file, {}); });
    const auto heard = listed_unconfined(file);
    if (is_about_the_process(error)) return {};
    if (!heard) return "it broke off, where the other said: " + error;
    if (heard->first == FrameKind::answer)
        return error == "no error" && heard->second == answer ? "" : "it gave an answer: " + error;
    constexpr std::size_t shown = 80;  // longer paths are cut in an Error
    for (const std::string& text : texts_of(heard->second))
        if (error.find(text.substr(0, shown)) == std::string::npos)
            return text + " is not what the other said: " + error;
    return {};
}

}  // namespace

// The lister as it is without its confinement. It has to say the same; and here it is seen which of its lines
// run, which a confined process could not tell.
class TestHdf5Lister : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;
    QJsonObject files_;

  private slots:
    void initTestCase() {
        std::signal(SIGPIPE, SIG_IGN);  // of a lister that broke down
        if (!testing::python_has("h5py")) QSKIP("no Python with h5py here");
        files_ = testing::run_oracle("tests/oracle/keras_files.py",
                                     {QString::fromStdString(folder_.path().string())});
        QVERIFY2(!files_.contains("failed"), qPrintable(files_["failed"].toString()));
    }

    void says_the_same_unconfined_data() {
        QTest::addColumn<QString>("name");
        for (const char* kind : {"good", "bad", "unreadable"})
            for (const QString& name : files_[kind].toObject().keys())
                if (name.endsWith(".h5")) QTest::newRow(qPrintable(name)) << name;
    }
    void says_the_same_unconfined() {
        QFETCH(QString, name);
        const std::string found = difference(folder_.path(name.toStdString()));
        QVERIFY2(found.empty(), found.c_str());
    }

    void says_the_same_of_files_with_wrong_bits() {
        std::ifstream small(folder_.path("small.h5"), std::ios::binary);
        const std::string whole{std::istreambuf_iterator<char>(small), {}};
        QVERIFY(!whole.empty());
        for (std::size_t bit = 3; bit < 8 * whole.size(); bit += 331) {
            std::string changed = whole;
            changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ static_cast<char>(1U << bit % 8));
            const std::string found = difference(folder_.put("changed.h5", changed));
            QVERIFY2(found.empty(), found.c_str());
        }
    }

    // A lister that is no longer itself says what it likes; each of it is an Error about the file, at once.
    void a_lister_gone_wrong_is_not_believed_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("words");
        const auto frame = [](int kind, const char* offset, const char* length) {
            return QString("printf '\\00%1\\0\\0\\0\\0\\0\\0\\0%2%3' >&0; sleep 5")
                .arg(kind)
                .arg(offset, length);
        };
        const char* none = "\\0\\0\\0\\0\\0\\0\\0\\0";
        const char* sixteen = "\\020\\0\\0\\0\\0\\0\\0\\0";
        const char* many = "\\0\\0\\0\\0\\0\\0\\0\\100";
        const auto row = [](const char* name, const QString& script, const char* words) {
            QTest::newRow(name) << script << QString(words);
        };
        row("no answer", "exit 0", "HDF5 itself breaks down on");
        row("not confined", "exit 2",
            "does not let halfstep-hdf5-lister, which looks into those, be confined");
        row("killed", "kill -9 $$", "takes too long to look through");
        row("time is over", "kill -XCPU $$", "takes too long to look through");
        row("an unknown frame", frame(7, none, none), "takes too long");
        row("a read beyond the end", frame(1, many, sixteen), "takes too long");
        row("a read of too much", frame(1, none, many), "takes too long");
        row("an answer of too much", frame(2, none, many), "takes too long");
        row("a refusal of too much", frame(3, none, many), "takes too long");
        row("an answer that breaks off", QString(frame(2, none, sixteen)).replace("sleep 5", "exit 0"),
            "breaks down");
        row("a refusal that says nothing", frame(3, none, none), "more bytes were expected here");
    }
    void a_lister_gone_wrong_is_not_believed() {
        QFETCH(QString, script);
        QFETCH(QString, words);
        const fs::path lister = folder_.put("lister", "#!/bin/sh\n" + script.toStdString() + "\n");
        fs::permissions(lister, fs::perms::owner_all);
        const fs::path path = folder_.path("small.h5");
        setenv("HALFSTEP_HDF5_LISTER", lister.c_str(), 1);
        const std::string error = testing::error_of([&] { ask_lister(InputFile(path), {}); });
        unsetenv("HALFSTEP_HDF5_LISTER");
        QVERIFY2(QString::fromStdString(error).contains(words), error.c_str());
        QVERIFY(error.starts_with(path.string()));
    }

    void ends_where_it_cannot_be_confined() {
        std::array<int, 2> ends{};
        QVERIFY(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        const std::uint64_t size = 100;
        QVERIFY(write(ends[0], &size, sizeof size) == sizeof size);
        QCOMPARE(lister::answer(lister::Asker(ends[1]), [](std::uint64_t) { return false; }),
                 listing_wire::exit_unconfined);
        // Nor does it go on where nobody is there.
        close(ends[0]);
        QCOMPARE(lister::answer(lister::Asker(ends[1]), [](std::uint64_t) { return true; }), EXIT_FAILURE);
        close(ends[1]);
    }
};

QTEST_GUILESS_MAIN(TestHdf5Lister)
#include "test_hdf5_lister.moc"
