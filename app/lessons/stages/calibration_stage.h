// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/training/dense_network.h"
#include "core/training/fake_quantization.h"

#include <vector>

namespace halfstep {

// Calibration: activations of a small network are quantized with ranges that a few examples have shown
// (static), or with each example's own (dynamic).
class CalibrationStage : public Stage {
    Q_OBJECT
  public:
    explicit CalibrationStage(JobRunner& jobs);

  protected:
    void refresh() override;

  private:
    struct Result {
        training::ActivationRanges ranges;
        double error = 0;    // ‖ŷ − y‖ / ‖y‖
        double changed = 0;  // share of examples
    };
    void updateData();
    void updateCurve();
    Result calibratedWith(int count) const;
    ScenePane rangesPane(const training::ActivationRanges& ranges) const;
    ScenePane errorPane(const Result& now) const;

    training::DenseNetwork network_;
    training::Batch real_;    // what the network meets later
    training::Batch pool_;    // what it may be calibrated with, the quiet examples first
    training::Batch chosen_;  // of the pool, in random order
    training::Batch exact_;   // outputs for real_
    training::ActivationRanges real_ranges_;
    QString data_key_;
    QString curve_key_;
    std::vector<double> counts_;
    std::vector<double> errors_;
    int dynamic_bits_ = 0;
    Result dynamic_;
};

}  // namespace halfstep
