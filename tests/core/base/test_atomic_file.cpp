// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>

using namespace halfstep;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void put(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

void write_whole(const fs::path& file, std::string_view text, std::uint64_t expected = 0) {
    AtomicFile out(file, expected);
    out.write(text);
    out.commit();
}

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

// Makes files that would grow beyond `bytes` fail with EFBIG, as a full disk fails with ENOSPC.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    rlimit before_{};
};

// Root may write anywhere, so tests of permissions run as nobody.
class AsNobody {
  public:
    AsNobody() : was_root_(geteuid() == 0) { valid_ = !was_root_ || seteuid(65534) == 0; }
    ~AsNobody() {
        if (was_root_ && seteuid(0) != 0) std::abort();
    }
    bool valid() const { return valid_; }

  private:
    bool was_root_;
    bool valid_ = false;
};

}  // namespace

class TestAtomicFile : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    fs::path path(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }
    std::ptrdiff_t entries() const {
        return std::distance(fs::directory_iterator(folder_->path().toStdString()), {});
    }

  private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void a_file_appears_with_commit() {
        AtomicFile out(path("plan.json"));
        out.write("half");
        QVERIFY(!fs::exists(path("plan.json")));
        out.write(std::string_view("step"));
        out.commit();
        QCOMPARE(content_of(path("plan.json")), std::string("halfstep"));
        QCOMPARE(entries(), 1);
    }

    void without_commit_the_old_file_stays() {
        put(path("plan.json"), "old");
        {
            AtomicFile out(path("plan.json"));
            out.write("new");
        }
        QCOMPARE(content_of(path("plan.json")), std::string("old"));
        QCOMPARE(entries(), 1);
    }

    void a_failing_write_leaves_the_old_file_and_nothing_else() {
        put(path("plan.json"), "old");
        const FileSizeLimit limit(64);
        const std::string message =
            message_of([&] { write_whole(path("plan.json"), std::string(100'000, 'x')); });
        QVERIFY2(message.find("cannot be written") != std::string::npos, message.c_str());
        QVERIFY2(message.starts_with(path("plan.json").string()), message.c_str());
        QCOMPARE(content_of(path("plan.json")), std::string("old"));
        QCOMPARE(entries(), 1);
    }

    void too_little_space_is_noticed_before_writing() {
        const std::string message =
            message_of([&] { write_whole(path("big.gguf"), "x", std::uint64_t{1} << 62U); });
        QVERIFY2(message.find("it needs 4611686018427387904 bytes and the disk has") != std::string::npos,
                 message.c_str());
        QCOMPARE(entries(), 0);
    }

    void what_a_killed_writer_left_is_cleared() {
        const pid_t child = fork();
        if (child == 0) {
            auto* out = new AtomicFile(path("plan.json"));
            out->write("never finished");
            raise(SIGKILL);
        }
        int status = 0;
        waitpid(child, &status, 0);
        QVERIFY(WIFSIGNALED(status));
        QVERIFY(fs::exists(path(".plan.json.halfstep-part")));
        write_whole(path("plan.json"), "finished");
        QCOMPARE(content_of(path("plan.json")), std::string("finished"));
        QCOMPARE(entries(), 1);
    }

    void two_writers_of_one_target_do_not_mix() {
        AtomicFile first(path("plan.json"));
        first.write("first");
        const std::string message = message_of([&] { write_whole(path("plan.json"), "second"); });
        QVERIFY2(message.find("another Halfstep is writing it") != std::string::npos, message.c_str());
        first.commit();
        QCOMPARE(content_of(path("plan.json")), std::string("first"));
    }

    void a_symbolic_link_stays_a_link() {
        fs::create_directory(path("real"));
        put(path("real/plan.json"), "old");
        fs::create_symlink("real/plan.json", path("link"));
        write_whole(path("link"), "new");
        QVERIFY(fs::is_symlink(path("link")));
        QCOMPARE(content_of(path("real/plan.json")), std::string("new"));
    }

    void permissions_of_the_replaced_file_are_kept() {
        put(path("plan.json"), "old");
        QCOMPARE(chmod(path("plan.json").c_str(), 0640), 0);
        write_whole(path("plan.json"), "new");
        QCOMPARE(fs::status(path("plan.json")).permissions(), fs::perms(0640));
    }

    void a_reader_of_the_old_file_keeps_it() {
        put(path("model.gguf"), "old");
        std::ifstream reader(path("model.gguf"), std::ios::binary);
        write_whole(path("model.gguf"), "new and longer");
        QCOMPARE(std::string(std::istreambuf_iterator<char>(reader), {}), std::string("old"));
    }

    void a_library_may_write_by_name() {
        AtomicFile out(path("work.h5"));
        fs::remove(out.temporary());
        put(out.temporary(), "written by name");
        out.commit();
        QCOMPARE(content_of(path("work.h5")), std::string("written by name"));
        QCOMPARE(entries(), 1);
    }

    void parts_may_be_written_in_any_order() {
        AtomicFile out(path("model.gguf"), 10);
        out.reserve(10);
        const auto write_at = [&](std::uint64_t position, std::string_view text) {
            out.write_at(position, std::as_bytes(std::span(text.data(), text.size())));
        };
        write_at(7, "end");
        write_at(0, "begin");
        out.flush_in_steps({});
        QVERIFY(!fs::exists(path("model.gguf")));
        out.commit();
        QCOMPARE(content_of(path("model.gguf")), std::string("begin\0\0end", 10));
    }

    void a_stop_is_felt_while_bytes_go_to_the_disk() {
        put(path("model.gguf"), "old");
        std::stop_source source;
        source.request_stop();
        {
            AtomicFile out(path("model.gguf"));
            out.reserve(100);
            QVERIFY_EXCEPTION_THROWN(out.flush_in_steps({source.get_token(), {}, 1}), Cancelled);
        }
        QCOMPARE(content_of(path("model.gguf")), std::string("old"));
        QCOMPARE(entries(), 1);
    }

    void impossible_targets_give_one_sentence_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("words");
        QTest::newRow("folder missing") << "no/such/plan.json"
                                        << "no such file or folder";
        QTest::newRow("a folder") << "folder"
                                  << "it is a folder";
        QTest::newRow("a folder, with slash") << "folder/"
                                              << "it is a folder";
        QTest::newRow("through a file") << "file/plan.json"
                                        << "not a folder";
        QTest::newRow("a device") << "device"
                                  << "not a regular file";
        QTest::newRow("circle of links") << "circle"
                                         << "links lead in a circle";
        QTest::newRow("long name") << QString(300, 'n') << "name is too long";
    }

    void impossible_targets_give_one_sentence() {
        QFETCH(QString, target);
        QFETCH(QString, words);
        fs::create_directory(path("folder"));
        put(path("file"), "x");
        fs::create_symlink("/dev/full", path("device"));
        fs::create_symlink("circle", path("circle"));
        const auto before = entries();
        const std::string message = message_of([&] { write_whole(path(target.toStdString()), "text"); });
        QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
        QCOMPARE(message_of([&] { check_writable(path(target.toStdString())); }), message);
        QCOMPARE(entries(), before);
    }

    void a_check_changes_nothing() {
        put(path("plan.json"), "old");
        check_writable(path("plan.json"));
        check_writable(path("other.json"));
        QCOMPARE(content_of(path("plan.json")), std::string("old"));
        QCOMPARE(entries(), 1);
    }

    void no_permission_is_said() {
        put(path("kept.json"), "old");
        QCOMPARE(chmod(path("kept.json").c_str(), 0444), 0);
        QCOMPARE(chmod(folder_->path().toUtf8().constData(), 0755), 0);
        const AsNobody nobody;
        if (!nobody.valid()) QSKIP("cannot become another user here");
        const std::string message = message_of([&] { write_whole(path("kept.json"), "new"); });
        QVERIFY2(message.find("no permission") != std::string::npos, message.c_str());
        QCOMPARE(content_of(path("kept.json")), std::string("old"));
    }
};

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "test_atomic_file.moc"
