// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job_runner.h"
#include "app/jobs/paced_timer.h"
#include "core/base/error.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <chrono>
#include <thread>

using namespace halfstep;

namespace {

// Works until it is stopped, as the engine does between blocks.
int work_until_stopped(const JobContext& job) {
    for (;;) {
        job.throw_if_stopped();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace

class TestJobRunner : public QObject {
    Q_OBJECT
  private slots:
    void a_result_arrives_in_the_thread_of_the_window() {
        JobRunner jobs;
        int result = 0;
        QThread* arrived_in = nullptr;
        jobs.start<int>(
            {"sum", "Sum"}, [](const JobContext&) { return 41 + 1; },
            [&](int value) {
                result = value;
                arrived_in = QThread::currentThread();
            });
        QVERIFY(jobs.isRunning("sum"));
        QTRY_COMPARE(result, 42);
        QCOMPARE(arrived_in, QThread::currentThread());
        QVERIFY(jobs.isIdle());
    }

    void a_newer_job_of_a_lane_replaces_the_older_one() {
        JobRunner jobs;
        QList<int> results;
        for (int i = 1; i <= 5; ++i)
            jobs.start<int>(
                {"lane", {}}, [i](const JobContext&) { return i; },
                [&results](int value) { results.append(value); });
        QTRY_VERIFY(jobs.isIdle());
        QTest::qWait(50);  // anything stale would come now
        QCOMPARE(results, QList<int>{5});
    }

    void jobs_of_different_lanes_do_not_meet() {
        JobRunner jobs;
        int results = 0;
        for (const char* lane : {"a", "b", "c"})
            jobs.start<int>(
                {lane, {}}, [](const JobContext&) { return 1; }, [&](int value) { results += value; });
        QTRY_COMPARE(results, 3);
    }

    void cancelling_is_felt_within_100_ms() {
        JobRunner jobs;
        QSignalSpy ended(&jobs, &JobRunner::jobEnded);
        bool delivered = false;
        const auto id = jobs.start<int>({"long", "Long"}, work_until_stopped, [&](int) { delivered = true; });
        QTest::qWait(20);
        QElapsedTimer clock;
        clock.start();
        jobs.cancel(id);
        QVERIFY(ended.wait(1000));
        QVERIFY2(clock.elapsed() < 100, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(ended.front().at(1).value<JobOutcome>(), JobOutcome::cancelled);
        QVERIFY(!delivered);
    }

    void an_error_is_told_once_and_nothing_is_delivered() {
        JobRunner jobs;
        QStringList told;
        bool delivered = false;
        jobs.start<int>(
            {"bad", "Bad"},
            [](const JobContext&) -> int {
                throw Error("the file is shorter than it says", {"m.gguf", {}, {}});
            },
            [&](int) { delivered = true; }, [&](const QString& message) { told.append(message); });
        QTRY_COMPARE(told.size(), 1);
        QCOMPARE(told.front(), QString("m.gguf: the file is shorter than it says"));
        QVERIFY(!delivered);
    }

    void parts_are_delivered_until_the_job_is_replaced() {
        JobRunner jobs;
        int parts = 0;
        jobs.start<int>(
            {"parts", {}},
            [&](const JobContext& job) {
                jobs.deliverPart(JobRunner::currentJob(), [&parts] { ++parts; });
                return work_until_stopped(job);
            },
            [](int) {});
        QTRY_COMPARE(parts, 1);
        const int before = parts;
        jobs.start<int>(
            {"parts", {}}, [](const JobContext&) { return 0; }, [](int) {});
        QTRY_VERIFY(jobs.isIdle());
        QCOMPARE(parts, before);
    }

    void parts_and_the_result_arrive_in_the_order_they_were_made() {
        JobRunner jobs;
        QList<int> arrived;
        jobs.start<int>(
            {"parts", {}},
            [&](const JobContext&) {
                for (int part = 0; part < 5; ++part)
                    jobs.deliverPart(JobRunner::currentJob(), [&arrived, part] { arrived += part; });
                return 5;
            },
            [&arrived](int result) { arrived += result; });
        QTRY_VERIFY(jobs.isIdle());
        QCOMPARE(arrived, (QList<int>{0, 1, 2, 3, 4, 5}));
    }

    void progress_is_reported_and_thinned_out() {
        JobRunner jobs;
        QSignalSpy progress(&jobs, &JobRunner::jobProgress);
        bool done = false;
        jobs.start<int>(
            {"progress", "Progress"},
            [](const JobContext& job) {
                for (int i = 0; i <= 10000; ++i)
                    job.report(i / 10000.0);
                return 0;
            },
            [&](int) { done = true; });
        QTRY_VERIFY(done);
        QVERIFY(!progress.isEmpty());
        QVERIFY(progress.size() < 1000);
        QCOMPARE(progress.back().at(1).toDouble(), 1.0);
    }

    void destruction_stops_what_runs() {
        QElapsedTimer clock;
        clock.start();
        {
            JobRunner jobs;
            jobs.start<int>({"a", {}}, work_until_stopped, [](int) {});
            jobs.start<int>({"b", {}}, work_until_stopped, [](int) {});
        }
        QVERIFY(clock.elapsed() < 1000);
    }

    // Work of 20 ms is not due again for 160, however often there are news; what the user does comes at once.
    void news_wait_longer_the_more_work_they_make() {
        using std::chrono::milliseconds;
        PacedTimer timer(milliseconds(1));
        int worked = 0;
        connect(&timer, &PacedTimer::due, this, [&] {
            ++worked;
            std::this_thread::sleep_for(milliseconds(20));
        });
        timer.news();
        QVERIFY(timer.isActive());
        QTRY_COMPARE(worked, 1);
        QVERIFY(timer.pause() >= milliseconds(160));
        for (int i = 0; i < 20; ++i) {
            timer.news();
            QTest::qWait(2);
        }
        QCOMPARE(worked, 1);
        timer.soon();
        QTRY_COMPARE_WITH_TIMEOUT(worked, 2, 100);
        timer.forgetPace();
        QCOMPARE(timer.pause(), milliseconds(1));
    }
};

QTEST_GUILESS_MAIN(TestJobRunner)
#include "test_job_runner.moc"
