// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/jobs/job_runner.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace halfstep {

// Keeps the document measured: whenever tensors have schemes without figures, measures them in the
// background, the ones on screen first. Also measures whole tables of schemes on request.
class MeasureService : public QObject {
    Q_OBJECT
  public:
    MeasureService(Document& document, JobRunner& jobs, QObject* parent = nullptr);

    // Tensors to be measured before the others: the selected ones.
    void setPreferred(const QList<int>& tensors) { preferred_ = tensors; }

    // Measures these schemes on these tensors, what is known left out, into the document. Replaces a former
    // request of the same lane. An empty title keeps it out of the jobs panel.
    void request(const QString& lane, const QString& title, const QList<int>& tensors,
                 const std::vector<Scheme>& schemes);

    bool isMeasuring() const;

  private:
    // Tensors that want the same schemes share them: of many tensors, each with a list of its own, the lists
    // would take more room than all the rest.
    struct Task {
        int tensor = 0;
        std::shared_ptr<const std::vector<Scheme>> schemes;
    };
    void measureWhatIsMissing();
    void run(const QString& lane, const QString& title, std::vector<Task> tasks);

    Document& document_;
    JobRunner& jobs_;
    QList<int> preferred_;
    QTimer soon_;
};

}  // namespace halfstep
