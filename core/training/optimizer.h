// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/dense_network.h"

#include <cstddef>
#include <cstdint>

namespace halfstep::training {

struct OptimizerSettings {
    enum class Kind : std::uint8_t {
        sgd,   // v = momentum·v + g; w -= rate·v
        adam,  // Kingma and Ba 2015
    };
    Kind kind = Kind::adam;
    float momentum = 0.9F;  // sgd
    float beta1 = 0.9F;     // adam, from here on
    float beta2 = 0.999F;
    float epsilon = 1e-8F;
};

// Changes a network step by step; holds what it remembers of earlier gradients.
class Optimizer {
  public:
    Optimizer(const OptimizerSettings& settings, const DenseNetwork& network);

    void step(DenseNetwork& network, const DenseNetwork& gradient, float rate);

  private:
    OptimizerSettings settings_;
    DenseNetwork first_;   // velocity (sgd), mean gradient (adam)
    DenseNetwork second_;  // adam: mean squared gradient
    double beta1_power_ = 1;
    double beta2_power_ = 1;
};

}  // namespace halfstep::training
