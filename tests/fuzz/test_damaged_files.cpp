// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/file_in_memory.h"
#include "tests/fuzz/small_models.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>

using namespace halfstep;
using testing::SmallModel;

namespace {

// The most memory that this program ever had, in MiB.
double peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Seconds of the processor: other programs do not count.
double seconds_of(const std::function<void()>& work) {
    const std::clock_t start = std::clock();
    work();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

// Every small model with every possible end, and with every bit turned over: each opens or gives one error,
// at once, and no length that is damaged makes the program ask for memory that no file accounts for.
class TestDamagedFiles : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    static void add_models() {
        QTest::addColumn<QByteArray>("bytes");
        for (const SmallModel& model : testing::small_models())
            QTest::newRow(model.file.c_str()) << QByteArray::fromStdString(model.bytes);
    }

    struct Outcome {
        int tried = 0;
        int opened = 0;
        double slowest = 0;
    };

    static void try_out(testing::FileInMemory& file, const std::string& bytes, Outcome& outcome) {
        file.put(bytes);
        ++outcome.tried;
        const double seconds = seconds_of([&] { outcome.opened += testing::opens(file.path()) ? 1 : 0; });
        outcome.slowest = std::max(outcome.slowest, seconds);
    }

    static void judge(const Outcome& outcome, double memory_before) {
        const double memory = peak_memory() - memory_before;
        qInfo("%d of %d open, slowest %.3f s, %.1f MiB more than before", outcome.opened, outcome.tried,
              outcome.slowest, memory);
        QVERIFY(outcome.slowest < 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY(memory < 48);
#endif
    }

  private slots:
    void initTestCase() {
        folder_.put("shard.safetensors", testing::small_safetensors());
    }

    void every_end_data() {
        add_models();
    }

    void every_end() {
        QFETCH(QByteArray, bytes);
        const std::string whole = bytes.toStdString();
        const double memory = peak_memory();
        testing::FileInMemory file(folder_.path(QTest::currentDataTag()));
        QVERIFY(testing::opens(file.put(whole)));
        Outcome outcome;
        for (std::size_t length = 0; length < whole.size(); ++length)
            try_out(file, whole.substr(0, length), outcome);
        judge(outcome, memory);
        // An ONNX file may end wherever a field does, a GGUF file within its last padding.
        QVERIFY(outcome.opened <= 24);
    }

    void every_bit_data() {
        add_models();
    }

    void every_bit() {
        QFETCH(QByteArray, bytes);
        const std::string whole = bytes.toStdString();
        const double memory = peak_memory();
        testing::FileInMemory file(folder_.path(QTest::currentDataTag()));
        Outcome outcome;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            std::string damaged = whole;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ static_cast<char>(1U << bit % 8));
            try_out(file, damaged, outcome);
        }
        judge(outcome, memory);
        QVERIFY(outcome.opened < outcome.tried);
    }
};

QTEST_GUILESS_MAIN(TestDamagedFiles)
#include "test_damaged_files.moc"
