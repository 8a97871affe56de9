// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/activation_grid.h"
#include "core/training/dense_network.h"
#include "core/training/loss.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep::training {

// What a batch left behind on its way through the network.
template <class Scalar>
struct ForwardPass {
    std::vector<BasicBatch<Scalar>>
        inputs;  // of each layer, as it multiplied them: on the grid where there is one
    std::vector<std::vector<std::uint8_t>> blocked;  // 1 for those that pass no gradient on
    std::vector<ActivationLimits> limits;            // of them, before the grid
    BasicBatch<Scalar> outputs;
};

// `grids` quantize the inputs of the layers, one a layer; none: all stay as they are.
template <class Scalar>
ForwardPass<Scalar> forward(const BasicNetwork<Scalar>& network, const BasicBatch<Scalar>& inputs,
                            std::span<const ActivationGrid> grids = {});

// The gradient with respect to all weights and biases, from the gradient at the outputs. Rounding passes it
// on as if it were not there, but for activations that were clipped: those pass nothing (the straight-through
// estimator, Bengio et al. 2013, clipped). ReLU at exactly 0 passes nothing.
template <class Scalar>
BasicNetwork<Scalar> backward(const BasicNetwork<Scalar>& network, const ForwardPass<Scalar>& pass,
                              BasicBatch<Scalar> output_gradient);

template <class Scalar>
struct LossAndGradient {
    double loss = 0;
    BasicNetwork<Scalar> gradient;
};

// Both passes at once.
template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const BasicNetwork<Scalar>& network, Loss loss,
                                          const BasicBatch<Scalar>& inputs, const BasicBatch<Scalar>& targets,
                                          std::span<const ActivationGrid> grids = {});

}  // namespace halfstep::training
