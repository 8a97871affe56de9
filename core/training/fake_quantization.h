// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/training/activation_grid.h"
#include "core/training/dense_network.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halfstep::training {

// What is quantized, in the loop or after it; biases stay float.
struct FakeQuantization {
    std::optional<Scheme> weights;  // none: they stay float
    int activation_bits = 0;        // 0: they stay float; else 2 to 16

    bool any() const { return weights.has_value() || activation_bits > 0; }
    friend bool operator==(const FakeQuantization&, const FakeQuantization&) = default;
};

std::string to_string(const FakeQuantization& quantization);  // "int4", "int4, 8-bit activations", "float"

// The network with the weights that the scheme stands for: the engine's reconstructions, to the bit. Throws
// Error where the scheme cannot be applied.
DenseNetwork with_quantized_weights(const DenseNetwork& network, const Scheme& scheme);
Batch quantized_weights(const Batch& weights, const Scheme& scheme);

// The running ranges of what enters each layer.
class ActivationRanges {
  public:
    void observe(std::span<const ActivationLimits> batch);  // one a layer
    const std::vector<RunningRange>& ranges() const { return ranges_; }
    // None for bits = 0.
    std::vector<ActivationGrid> grids(int bits) const;

  private:
    std::vector<RunningRange> ranges_;
};

// A network as it would run: weights as they are stored, and the grids of what enters each layer.
struct DeployedNetwork {
    DenseNetwork network;
    std::vector<ActivationGrid> grids;  // one a layer, or none
};

DeployedNetwork deployed(const DenseNetwork& network, const FakeQuantization& quantization,
                         const ActivationRanges& ranges);

// Ranges of a float network over batches of examples in their order.
ActivationRanges calibrated_ranges(const DenseNetwork& network, const Batch& inputs, std::size_t batch_size);

}  // namespace halfstep::training
