// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/training/dense_network.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep::training {

// What errors in the weights of one layer after another do to the activations on their way.
struct DepthError {
    double weight_error = 0;  // ε of this layer: ‖Ŵ − W‖/‖W‖ (Frobenius)
    double drift = 0;  // ‖â − a‖/‖a‖ of what leaves the layer, over the batch, all layers up to it changed
    // Π(1 + ε) − 1 up to this layer: where all errors point the same way and no layer stretches an error more
    // than the signal.
    double all_aligned = 0;
    double independent = 0;  // √(Π(1 + ε²) − 1): where they point anywhere
    double alone = 0;        // drift of the network's outputs where this layer alone is changed
};

struct ErrorAccumulation {
    std::vector<DepthError> layers;  // first to last

    std::size_t most_harmful_layer() const;  // the one that hurts the outputs most alone
};

// Drifts where there is nothing to compare with (‖a‖ = 0) are 0. Throws Error where the networks differ in
// their sizes or `inputs` do not fit.
ErrorAccumulation error_accumulation(const DenseNetwork& network, const DenseNetwork& changed,
                                     const Batch& inputs);

// Every layer quantized by the scheme.
ErrorAccumulation accumulated_quantization(const DenseNetwork& network, const Scheme& scheme,
                                           const Batch& inputs);

// Random noise of a relative size on the weights of every layer (its ε, to float rounding), one a layer.
DenseNetwork with_noise(const DenseNetwork& network, std::span<const double> relative, std::uint64_t seed);

// Inputs for such looks: normal values.
Batch normal_batch(std::size_t rows, std::size_t columns, std::uint64_t seed);

}  // namespace halfstep::training
