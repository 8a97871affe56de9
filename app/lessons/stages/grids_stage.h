// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/analysis/what_if.h"

#include <utility>
#include <vector>

namespace halfstep {

// Uniform, logarithmic, learned: grids of 4 bits on the same data, each at its best scale, and Lloyd's
// algorithm on its way from the uniform grid to the best codebook.
class GridsStage : public Stage {
    Q_OBJECT
  public:
    explicit GridsStage(JobRunner& jobs);

    bool takesLayer() const override { return true; }

  protected:
    void refresh() override;
    void layerChanged() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    struct Grid {
        QString key;
        QString name;
        int color = 0;
        Scheme scheme;
        WhatIf what_if;
        double sqnr = 0;  // NaN where there is no error
    };
    // Weights of like magnitude.
    struct Octave {
        double middle = 0;
        MomentTable table;
    };
    // All that does not depend on the step under the hand.
    struct Data {
        QString key;
        LessonTensorPtr tensor;
        std::vector<Octave> octaves;
        std::vector<Grid> grids;                  // uniform, log, nf4, fp4, optimum
        std::vector<std::vector<float>> learned;  // after so many steps
        std::vector<double> learned_sqnr;
    };

    void updateData();
    void addOctaves(const std::vector<float>& values, double largest);
    void addGrids();
    void learn();
    Grid shown() const;
    const Grid& grid(const char* key) const;
    std::vector<double> relativeErrors(const Grid& grid) const;
    ScenePane weightsPane(const Grid& shown) const;
    ScenePane octavesPane(const Grid& shown) const;
    ScenePane sharesPane(const Grid& shown) const;
    ScenePane stepsPane() const;
    std::pair<double, double> sharesOfNf4() const;
    void showFigures(const Grid& shown);

    Data data_;
};

}  // namespace halfstep
