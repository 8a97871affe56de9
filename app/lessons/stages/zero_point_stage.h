// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "app/lessons/stage_scenes.h"
#include "core/analysis/what_if.h"

#include <optional>
#include <vector>

namespace halfstep {

// Symmetric against asymmetric: data that are skewed and shifted, under a grid with its zero in the middle
// and under one with a zero-point.
class ZeroPointStage : public Stage {
    Q_OBJECT
  public:
    explicit ZeroPointStage(JobRunner& jobs);

    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    // What skew and shift are applied to.
    struct Base {
        QString key;  // what it was made of
        Sample sample;
        double deviation = 1;
        double largest = 0;
    };
    struct Result {
        WhatIf what_if;
        std::optional<double> sqnr;
        int unused = 0;  // codes that no weight has
    };
    // SQNR over all skews.
    struct Curve {
        QString key;
        std::vector<double> skew;
        std::vector<double> symmetric;
        std::vector<double> asymmetric;
    };

    Scheme scheme(bool asymmetric) const;
    void updateBase();
    void updateCurve();
    std::vector<float> skewed(double skew, double shift_in_deviations) const;
    void updateGains();
    std::optional<double> gainAt(double skew) const;
    Result measured(const MomentTable& table, bool asymmetric) const;
    int unusedCodes(const WhatIf& what_if, bool asymmetric) const;
    ScenePane gridPane(const LessonTensor& tensor, const Result& result, bool asymmetric) const;
    ScenePane curvePane() const;

    // What the zero-point gains where there is no shift.
    struct Gains {
        QString key;
        std::optional<double> none;  // at no skew
        std::optional<double> full;
    };

    Base base_;
    Gains gains_;
    LessonTensorPtr now_;
    Curve curve_;
};

}  // namespace halfstep
