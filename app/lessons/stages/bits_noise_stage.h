// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "app/lessons/stage_scenes.h"
#include "core/analysis/what_if.h"

#include <vector>

namespace halfstep {

// Bits against noise: SQNR at every bit width beside the line of 6.02 dB a bit, and the largest weight, which
// moves the line.
class BitsNoiseStage : public Stage {
    Q_OBJECT
  public:
    explicit BitsNoiseStage(JobRunner& jobs);
    ~BitsNoiseStage() override;

    bool takesLayer() const override { return true; }
    bool isSettled() const override { return mse_.key == curve_.key; }
    void stop() override;

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    // Before its largest weight is moved.
    struct Base {
        QString key;
        Sample sample;
        std::size_t widest = 0;  // place of the largest magnitude
        double largest = 0;
    };
    // At each bit width from the least on, NaN where there is no noise.
    struct Curve {
        QString key;
        std::vector<double> bits;
        std::vector<double> minmax;
        double offset = 0;  // c of 6.02·b + c
        double crest = 0;   // largest magnitude ÷ root mean square
    };

    // The same with range mse, whose search takes longer than a hand waits: it follows in the background.
    struct MseCurve {
        QString key;  // of the curve it belongs to
        std::vector<double> sqnr;
    };
    static MseCurve measureMse(const QString& key, const MomentTable& table, const JobContext& job);

    void updateBase();
    void updateCurve();
    void updateMse();
    QString lane() const;
    double at(const std::vector<double>& curve, int bits) const;
    ScenePane weightsPane() const;
    ScenePane bitsPane() const;

    Base base_;
    LessonTensorPtr now_;
    Curve curve_;
    MseCurve mse_;
    bool searching_ = false;
};

}  // namespace halfstep
