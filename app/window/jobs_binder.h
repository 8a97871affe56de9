// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>

namespace halfstep {

class JobRunner;
class JobsPanel;

// Shows the jobs that have a title, from their start to their end, and cancels them where the user says so.
class JobsBinder : public QObject {
    Q_OBJECT
  public:
    JobsBinder(JobRunner& jobs, JobsPanel& panel, QObject* parent = nullptr);

  private:
    QHash<quint64, QString> titles_;  // of those that run
};

}  // namespace halfstep
