// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"

#include <optional>
#include <vector>

namespace halfstep {

// Clip or round: a clip limit over the weights; rounding and clipping error over all limits, and where the
// range estimators put theirs.
class ClippingStage : public Stage {
    Q_OBJECT
  public:
    explicit ClippingStage(JobRunner& jobs);

    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    // An estimator's limit and what it gives.
    struct Estimate {
        QString name;
        double share = 0;  // of the largest magnitude
        std::optional<double> sqnr;
    };
    // All that does not depend on the limit under the hand.
    struct Curve {
        QString key;  // what it was computed for
        std::vector<double> share;
        std::vector<double> rounding;  // Σ of errors squared ÷ Σx², as all of them
        std::vector<double> clipping;
        std::vector<double> total;
        std::vector<Estimate> estimates;  // minmax, percentile, mse, kl
    };

    const LessonTensor& tensor() const { return layer() ? *layer() : *toy_; }
    void updateToy();
    void updateCurve();
    Scene scene(double clip) const;

    LessonTensorPtr toy_;
    QString toy_key_;
    Curve curve_;
};

}  // namespace halfstep
