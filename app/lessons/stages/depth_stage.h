// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/training/error_accumulation.h"

#include <vector>

namespace halfstep {

// Errors add up: a deep network with noise on the weights of each layer, drawn as far as one drags it; how
// far the activations drift, and which layer hurts the output most. With a model, the noise of each layer is
// the relative error of one of the model's own, on the same network.
class DepthStage : public Stage {
    Q_OBJECT
  public:
    explicit DepthStage(JobRunner& jobs);

    void reset() override;
    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    void updateNetwork();
    void takeNoiseOfAll();
    void takeModelErrors();
    std::vector<double> noise() const;  // ε of each layer, 1 = 100 %
    ScenePane noisePane(const std::vector<double>& noise) const;
    ScenePane driftPane(const training::ErrorAccumulation& result) const;
    ScenePane alonePane(const training::ErrorAccumulation& result) const;

    training::DenseNetwork network_;
    training::Batch inputs_;
    int depth_ = 0;
    double all_ = -1;          // what was taken last
    QString model_errors_;     // of which layer and scheme
    QStringList layer_names_;  // of the model's
};

}  // namespace halfstep
