// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/sampled_layer.h"
#include "app/lessons/stage.h"

namespace halfstep {

// One outlier: a weight is dragged away from the others, and every step of a shared grid widens; what one
// scale for all, one a channel and groups make of it, and what their scales cost.
class OutlierStage : public Stage {
    Q_OBJECT
  public:
    explicit OutlierStage(JobRunner& jobs);

    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    void updateBase();
    void updateQuiet();
    SampledRows withOutliers() const;
    double share(const Measurement& measurement) const;
    static SceneAxis sharingAxis();
    ScenePane weightsPane(const Measurement& shared) const;
    ScenePane errorPane(const std::vector<Measurement>& results) const;
    ScenePane bitsPane(const std::vector<Measurement>& results) const;
    void showFigures(const std::vector<Measurement>& results);

    LessonTensorPtr base_;  // null until it is needed
    SampledRows rows_;      // of it
    QString problem_;
    double unit_ = 1;         // σ
    double energy_ = 0;       // Σx²
    int quiet_bits_ = 0;      // what quiet_error_ is of
    double quiet_error_ = 0;  // MSE with one scale and no outlier
};

}  // namespace halfstep
