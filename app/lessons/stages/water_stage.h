// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/neighbour_layers.h"
#include "app/lessons/stage.h"

#include <optional>
#include <vector>

class QLabel;

namespace halfstep {

struct AllocationChoice;

// Where the bits go: sensitivities and variances of some layers are dragged, and the level of the water that
// the budget stands for; the bits of the closed form, rounded, and of the exact plan.
class WaterStage : public Stage {
    Q_OBJECT
  public:
    explicit WaterStage(JobRunner& jobs);
    ~WaterStage() override;

    void reset() override;
    bool takesLayer() const override { return true; }
    bool isSettled() const override { return !working_; }
    void stop() override;

  protected:
    void refresh() override;
    void layerChanged() override;

  private:
    // The answers to one set of values.
    struct Plans {
        double budget = 0;           // bits a weight
        std::vector<double> closed;  // bits of each layer, as the formula has them
        std::vector<double> rounded;
        std::vector<double> exact;
        double uniform_loss = 0;  // Σ α·n·σ²·error ÷ Σ α·n·σ²
        double rounded_loss = 0;
        double exact_loss = 0;
        int uniform_bits = 0;
        int drowned = 0;
    };

    QString lane() const;
    void useToy();
    void useLayers(std::vector<BudgetLayer> layers);
    void nameLayers();
    void startMeasuring();
    void takeValues();
    double valueOf(const char* id, std::size_t layer) const;
    double power(std::size_t layer) const;  // α·σ²
    double closedBits(std::size_t layer) const;
    double meanBits(double half_log_level) const;
    Plans solve() const;
    ScenePane barsPane(const QString& title, const char* id, double low, double high) const;
    ScenePane waterPane() const;
    ScenePane bitsPane(const Plans& plans) const;
    Scene scene(const Plans& plans) const;
    void showFigures(const Plans& plans);
    SceneAxis layerAxis() const;

    QLabel* names_;
    std::vector<BudgetLayer> layers_;  // as they are: what is dragged stands in the parameters
    QString subject_;
    QString problem_;
    bool working_ = false;
};

}  // namespace halfstep
