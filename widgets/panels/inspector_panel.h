// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"

#include <QWidget>

#include <memory>

namespace halfstep {

// One weight down to its bits: where it is, what is stored of it, and the arithmetic to its code and back.
// Beside each other where the panel is wide, below each other where it is not.
class InspectorPanel : public QWidget {
    Q_OBJECT
  public:
    explicit InspectorPanel(QWidget* parent = nullptr);
    ~InspectorPanel() override;

    void setTrace(const WeightTrace& trace);
    void setShape(MatrixShape shape);          // what can be chosen from; before the first trace of a tensor
    void setProblem(const QString& sentence);  // instead of a trace: why there is none
    void clear();                              // no tensor
    QString text() const;                      // everything, as it is copied; empty without a trace
    MatrixPlace place() const;                 // that is chosen

  signals:
    void placeChosen(quint64 row, quint64 input);
    void largestErrorRequested();
    void largestWeightRequested();

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
