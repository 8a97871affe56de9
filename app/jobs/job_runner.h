// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"

#include <QObject>
#include <QString>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <utility>

namespace halfstep {

enum class JobOutcome { finished, cancelled, failed };

// The one bridge from the engine's blocking calls to the event loop. Each job runs on a thread of its own;
// what it reports arrives in the thread of this object. Jobs of the same lane replace each other: starting
// one stops the former, whose result is dropped by its number even if it was ready a moment before.
class JobRunner : public QObject {
    Q_OBJECT
  public:
    using JobId = quint64;

    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;  // stops every job and waits for it
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    // What to run. An empty title keeps a quick job out of the jobs panel.
    struct Request {
        QString lane;
        QString title;
    };

    // `work` runs on the job's thread and may throw Error or Cancelled; `done` gets its result here, `failed`
    // the message of an Error. Neither is called for a job that was cancelled or replaced.
    template <class Result>
    JobId start(const Request& request, std::function<Result(const JobContext&)> work,
                std::function<void(Result)> done, std::function<void(const QString&)> failed = {}) {
        return startErased(
            request,
            [work = std::move(work),
             done = std::move(done)](const JobContext& context) -> std::function<void()> {
                auto result = std::make_shared<Result>(work(context));
                return [result, done] { done(std::move(*result)); };
            },
            std::move(failed));
    }

    // Runs `deliver` in this object's thread, if job `id` is still the one of its lane: for parts of a result
    // that are worth showing before the whole is ready. May be called from the job's thread.
    void deliverPart(JobId id, std::function<void()> deliver);

    void cancel(JobId id);
    void cancelLane(const QString& lane);
    void cancelAll();
    bool isRunning(const QString& lane) const;
    bool isIdle() const { return current_.empty(); }

    // The number of the job that the calling thread runs; for deliverPart.
    static JobId currentJob();

  signals:
    void jobStarted(quint64 id, const QString& title);
    void jobProgress(quint64 id, double fraction);
    void jobEnded(quint64 id, halfstep::JobOutcome outcome, const QString& message);
    void idle();

  private:
    struct Running;
    using Erased = std::function<std::function<void()>(const JobContext&)>;

    JobId startErased(const Request& request, Erased work, std::function<void(const QString&)> failed);
    void runOnThread(JobId id, std::stop_token stop, const Erased& work);
    void post(std::function<void()> arrival);
    Q_INVOKABLE void takeArrival();
    void finish(JobId id, JobOutcome outcome, const QString& message, const std::function<void()>& deliver);

    // What jobs have reported and this object's thread has not seen yet; an event for each is on its way. Qt
    // hands over closures too, but by locks that the thread sanitizer does not see.
    std::mutex arrivals_mutex_;
    std::deque<std::function<void()>> arrivals_;

    JobId last_id_ = 0;
    std::unordered_map<JobId, std::unique_ptr<Running>> running_;
    std::unordered_map<std::string, JobId> current_;  // lane -> the job whose result counts
};

}  // namespace halfstep
