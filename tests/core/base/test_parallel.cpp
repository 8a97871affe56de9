// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <QTest>

#include <atomic>
#include <stdexcept>
#include <vector>

using namespace halfstep;

class TestParallel : public QObject {
    Q_OBJECT
  private slots:
    void every_index_runs_once_whatever_the_threads() {
        for (const unsigned threads : {1U, 2U, 7U}) {
            JobContext job;
            job.threads = threads;
            std::vector<std::atomic<int>> runs(1000);
            std::atomic<bool> worker_in_range{true};
            parallel_for(runs.size(), job, [&](std::size_t index, unsigned worker) {
                runs[index].fetch_add(1);
                if (worker >= threads) worker_in_range = false;
            });
            for (const auto& count : runs)
                QCOMPARE(count.load(), 1);
            QVERIFY(worker_in_range);
        }
    }

    void progress_never_decreases_and_ends_at_one() {
        JobContext job;
        job.threads = 3;
        double last = 0;
        bool decreased = false;
        job.progress = [&](double fraction) {
            decreased = decreased || fraction < last;
            last = fraction;
        };
        parallel_for(50, job, [](std::size_t, unsigned) {});
        QVERIFY(!decreased);
        QCOMPARE(last, 1.0);
    }

    void the_first_exception_is_rethrown() {
        JobContext job;
        job.threads = 2;
        QVERIFY_EXCEPTION_THROWN(parallel_for(100, job,
                                              [](std::size_t index, unsigned) {
                                                  if (index == 40) throw std::runtime_error("forty");
                                              }),
                                 std::runtime_error);
    }

    void a_stop_request_ends_the_work() {
        std::stop_source source;
        JobContext job;
        job.stop = source.get_token();
        job.threads = 2;
        std::atomic<int> done{0};
        QVERIFY_EXCEPTION_THROWN(parallel_for(1'000'000, job,
                                              [&](std::size_t index, unsigned) {
                                                  if (index == 10) source.request_stop();
                                                  done.fetch_add(1);
                                              }),
                                 Cancelled);
        QVERIFY(done.load() < 1'000'000);
    }

    void nothing_to_do_is_done() {
        bool called = false;
        parallel_for(0, {}, [&](std::size_t, unsigned) { called = true; });
        QVERIFY(!called);
    }
};

QTEST_GUILESS_MAIN(TestParallel)
#include "test_parallel.moc"
