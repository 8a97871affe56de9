// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"
#include "core/allocation/device.h"
#include "core/schemes/scheme.h"

#include <vector>

class QPushButton;

namespace halfstep {

// What a model costs: memory, bit operations and tokens a second for its size, scheme and device.
class CostStage : public Stage {
    Q_OBJECT
  public:
    explicit CostStage(JobRunner& jobs);

  protected:
    void refresh() override;
    void handleMoved(const QString& id, const QPointF& to) override;

  private:
    struct Offered {
        QString notation;
        Scheme scheme;
        double bits = 0;  // a weight, scales counted
    };
    // Of the values that are set.
    struct Cost {
        const Offered* scheme = nullptr;
        const Device* device = nullptr;
        double weights = 0;
        double bytes = 0;
        double ratio = 0;         // bit operations ÷ those of 16 x 16
        double device_ratio = 0;  // as the device computes them
        double tokens = 0;        // a second
        bool fits = false;
    };

    void addDevices();
    void addSchemes();
    void addCases();
    Cost cost() const;
    double bytesWith(const Offered& scheme) const;
    QString smallestHolder(double bytes) const;
    ScenePane memoryPane(const Cost& cost) const;
    ScenePane operationsPane(const Cost& cost) const;
    ScenePane tokensPane(const Cost& cost) const;
    QString formula(const Cost& cost) const;
    void showFigures(const Cost& cost);

    std::vector<Device> devices_;
    std::vector<Offered> schemes_;  // by rising bits
};

}  // namespace halfstep
