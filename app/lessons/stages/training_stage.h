// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "app/lessons/stages/training_run.h"

#include <QPushButton>

#include <map>
#include <optional>

namespace halfstep {

// Training with quantization in the loop, live: the loss as it falls, what three networks have learned, and
// the loss around the two minima.
class TrainingStage : public Stage {
    Q_OBJECT
  public:
    explicit TrainingStage(JobRunner& jobs);
    ~TrainingStage() override;

    bool isSettled() const override { return !running_; }
    void stop() override;
    void reset() override;

  protected:
    void refresh() override;

  private:
    void train();
    void addPoint(TrainingPhase phase, const training::CurvePoint& point);
    void draw();
    void showFigures();
    ScenePane lossPane() const;
    ScenePane mapPane(const QString& title, const std::vector<double>& map, bool beside) const;
    ScenePane surfacePane(const QString& title, const training::LossSurface& surface, bool beside) const;
    TrainingPlan planned() const;

    QPushButton* button_;
    std::optional<TrainingPlan> plan_;  // of the run that is going on or is shown
    std::map<TrainingPhase, SceneSeries> curves_;
    std::optional<TrainedOnce> trained_;
    std::shared_ptr<const FloatTraining> floating_;  // of plan_'s data and seed
    bool running_ = false;
    double fraction_ = 0;
};

}  // namespace halfstep
