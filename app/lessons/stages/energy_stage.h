// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/sampled_layer.h"
#include "app/lessons/stage.h"

#include <vector>

namespace halfstep {

// Keeping the energy: quantized weights are multiplied by γ; what that makes of their second moment and of
// their error, and of those of the layer's outputs.
class EnergyStage : public Stage {
    Q_OBJECT
  public:
    explicit EnergyStage(JobRunner& jobs);

    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    // Of values x and what became of them q, weights or outputs.
    struct Moments {
        double before = 0;   // Σx²
        double product = 0;  // Σx·q
        double after = 0;    // Σq²

        double error(double gamma) const;   // Σ(x − γq)² ÷ Σx²
        double energy(double gamma) const;  // γ²Σq² ÷ Σx²
        double keeping() const;             // the γ that keeps the energy
        double best() const;                // the γ of the least error
    };
    // All that does not depend on γ.
    struct Result {
        QString key;  // what it was computed for
        Moments weights;
        Moments outputs;
        double scheme_energy = 0;  // what the scheme's own option gives
        double scheme_error = 0;
    };

    void updateRows();
    void updateInputs();
    void updateResult();
    double gamma() const;
    double highest() const;  // γ
    ScenePane pane(const QString& title, const Moments& moments, const QString& handle) const;
    void showFigures();

    SampledRows rows_;
    QString rows_key_;
    bool layer_changed_ = true;
    QString subject_;
    QString problem_;
    std::vector<float> inputs_;  // a sample after the other
    QString inputs_key_;
    Result result_;
};

}  // namespace halfstep
