// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/jobs_binder.h"

#include "app/jobs/job_runner.h"
#include "widgets/panels/jobs_panel.h"

#include <optional>

namespace halfstep {
namespace {

JobState stateAfter(JobOutcome outcome) {
    switch (outcome) {
        case JobOutcome::failed:
            return JobState::failed;
        case JobOutcome::finished:
            return JobState::finished;
        case JobOutcome::cancelled:
            return JobState::cancelled;
    }
    return JobState::cancelled;
}

}  // namespace

JobsBinder::JobsBinder(JobRunner& jobs, JobsPanel& panel, QObject* parent) : QObject(parent) {
    connect(&jobs, &JobRunner::jobStarted, this, [this, &panel](quint64 id, const QString& title) {
        if (title.isEmpty()) return;
        titles_.insert(id, title);
        panel.setJob({id, title, JobState::running, 0.0, {}});
    });
    connect(&jobs, &JobRunner::jobProgress, this, [this, &panel](quint64 id, double fraction) {
        if (titles_.contains(id)) panel.setJob({id, titles_.value(id), JobState::running, fraction, {}});
    });
    connect(&jobs, &JobRunner::jobEnded, this,
            [this, &panel](quint64 id, JobOutcome outcome, const QString& message) {
                const QString title = titles_.take(id);
                if (!title.isEmpty()) panel.setJob({id, title, stateAfter(outcome), std::nullopt, message});
            });
    connect(&panel, &JobsPanel::cancelRequested, &jobs, &JobRunner::cancel);
}

}  // namespace halfstep
