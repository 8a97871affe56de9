// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job_runner.h"

#include "core/base/error.h"

#include <QMetaObject>

#include <chrono>
#include <string>
#include <utility>

namespace halfstep {
namespace {

thread_local JobRunner::JobId job_of_this_thread = 0;

constexpr auto progress_interval = std::chrono::milliseconds(40);

}  // namespace

struct JobRunner::Running {
    std::string lane;
    std::function<void(const QString&)> failed;
    std::jthread thread;
};

JobRunner::JobRunner(QObject* parent) : QObject(parent) {}

JobRunner::~JobRunner() {
    for (auto& [id, job] : running_)
        job->thread.request_stop();
    for (auto& [id, job] : running_)
        if (job->thread.joinable()) job->thread.join();
}

JobRunner::JobId JobRunner::currentJob() {
    return job_of_this_thread;
}

JobRunner::JobId JobRunner::startErased(const Request& request, Erased work,
                                        std::function<void(const QString&)> failed) {
    cancelLane(request.lane);
    const JobId id = ++last_id_;
    auto job = std::make_unique<Running>();
    job->lane = request.lane.toStdString();
    job->failed = std::move(failed);
    Running& slot = *job;
    running_.emplace(id, std::move(job));
    current_[slot.lane] = id;
    emit jobStarted(id, request.title);
    slot.thread = std::jthread(
        [this, id, work = std::move(work)](const std::stop_token& stop) { runOnThread(id, stop, work); });
    return id;
}

void JobRunner::runOnThread(JobId id, std::stop_token stop, const Erased& work) {
    job_of_this_thread = id;
    JobContext context;
    context.stop = std::move(stop);
    auto last_report = std::chrono::steady_clock::now();
    context.progress = [this, id, last_report](double fraction) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (fraction < 1.0 && now - last_report < progress_interval) return;
        last_report = now;
        post([this, id, fraction] {
            if (running_.contains(id)) emit jobProgress(id, fraction);
        });
    };

    JobOutcome outcome = JobOutcome::finished;
    QString message;
    std::function<void()> deliver;
    try {
        deliver = work(context);
    } catch (const Cancelled&) {
        outcome = JobOutcome::cancelled;
    } catch (const std::exception& error) {
        outcome = JobOutcome::failed;
        message = QString::fromUtf8(error.what());
    }
    post([this, id, outcome, message, deliver = std::move(deliver)] {
        finish(id, outcome, message, deliver);
    });
}

void JobRunner::post(std::function<void()> arrival) {
    {
        const std::lock_guard lock(arrivals_mutex_);
        arrivals_.push_back(std::move(arrival));
    }
    QMetaObject::invokeMethod(this, "takeArrival", Qt::QueuedConnection);
}

void JobRunner::takeArrival() {
    std::function<void()> arrival;
    {
        const std::lock_guard lock(arrivals_mutex_);
        if (arrivals_.empty()) return;
        arrival = std::move(arrivals_.front());
        arrivals_.pop_front();
    }
    arrival();
}

void JobRunner::finish(JobId id, JobOutcome outcome, const QString& message,
                       const std::function<void()>& deliver) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    const std::unique_ptr<Running> job = std::move(found->second);
    running_.erase(found);
    const auto lane = current_.find(job->lane);
    const bool counts = lane != current_.end() && lane->second == id;
    if (counts) current_.erase(lane);

    emit jobEnded(id, counts ? outcome : JobOutcome::cancelled, counts ? message : QString());
    if (counts && outcome == JobOutcome::finished) deliver();
    if (counts && outcome == JobOutcome::failed && job->failed) job->failed(message);
    if (current_.empty()) emit idle();
}

void JobRunner::deliverPart(JobId id, std::function<void()> deliver) {
    post([this, id, deliver = std::move(deliver)] {
        const auto job = running_.find(id);
        if (job == running_.end()) return;
        const auto lane = current_.find(job->second->lane);
        if (lane != current_.end() && lane->second == id) deliver();
    });
}

void JobRunner::cancel(JobId id) {
    const auto job = running_.find(id);
    if (job != running_.end()) cancelLane(QString::fromStdString(job->second->lane));
}

void JobRunner::cancelLane(const QString& lane) {
    const auto found = current_.find(lane.toStdString());
    if (found == current_.end()) return;
    running_.at(found->second)->thread.request_stop();
    current_.erase(found);
}

void JobRunner::cancelAll() {
    for (auto& [lane, id] : current_)
        running_.at(id)->thread.request_stop();
    current_.clear();
}

bool JobRunner::isRunning(const QString& lane) const {
    return current_.contains(lane.toStdString());
}

}  // namespace halfstep
