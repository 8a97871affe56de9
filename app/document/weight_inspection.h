// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/jobs/job_runner.h"
#include "core/analysis/weight_tracer.h"

#include <QObject>

#include <memory>
#include <optional>

namespace halfstep {

// One weight of the tensor in front of the user, traced through the scheme under the hand. Rests while nobody
// looks at it.
class WeightInspection : public QObject {
    Q_OBJECT
  public:
    WeightInspection(Document& document, Inspection& inspection, JobRunner& jobs, QObject* parent = nullptr);

    void setActive(bool active);
    void setPlace(MatrixPlace place);
    // The weight with the largest magnitude among those of a cell of the channel map.
    void setLargestIn(MatrixPlace first, MatrixShape extent);
    void setLargestError();
    void setLargestWeight();

    std::optional<MatrixShape> shape() const;  // none where there is nothing to look into

  signals:
    void tensorChanged();  // shape()
    void traced(const halfstep::WeightTrace& trace);
    void failed(const QString& sentence);

  private:
    using Tracer = std::shared_ptr<const WeightTracer>;

    void schemeMoved();
    void refresh();
    void trace(const Tracer& tracer);
    void findExtremes(bool error);
    // Calls work with the tracer of the tensor and the scheme, once it is there.
    void withTracer(std::function<void(const Tracer&)> work);

    Document& document_;
    Inspection& inspection_;
    JobRunner& jobs_;
    MatrixPlace place_;
    Tracer tracer_;
    bool active_ = false;
    bool stale_ = true;
};

}  // namespace halfstep
