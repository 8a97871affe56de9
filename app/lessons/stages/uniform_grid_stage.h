// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/quantize/uniform_value.h"

#include <vector>

namespace halfstep {

// From floats to integers: the ends of a range give scale and zero-point; one value goes to its code and
// back.
class UniformGridStage : public Stage {
    Q_OBJECT
  public:
    explicit UniformGridStage(JobRunner& jobs);

    void reset() override;
    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    struct View {
        double low = 0;
        double high = 1;
    };
    // What the parameters come to.
    struct Mapping {
        Scheme scheme;
        UnitGrid grid;
        std::vector<float> levels;
        CodedValue coded;  // of x
        double x = 0;
        double worst = 0;  // largest error between two levels, in steps
        double scale() const { return static_cast<double>(grid.scale); }
        double value() const { return static_cast<double>(coded.value); }
    };

    const LessonTensor& tensor() const { return layer() ? *layer() : *toy_; }
    View view() const;
    Mapping mapping() const;
    ScenePane weightsPane(const Mapping& mapping) const;
    ScenePane codesPane(const Mapping& mapping) const;
    ScenePane errorPane(const Mapping& mapping) const;
    QString formula(const Mapping& mapping) const;

    LessonTensorPtr toy_;
};

}  // namespace halfstep
