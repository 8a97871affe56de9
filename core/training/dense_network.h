// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/batch.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace halfstep {
class Model;
}

namespace halfstep::training {

// y = W·x + b
template <class Scalar>
struct BasicLayer {
    BasicBatch<Scalar> weights;  // outputs x inputs
    std::vector<Scalar> biases;  // one an output
};

// Dense layers with ReLU between them and nothing after the last. Gradients have the same form.
// float is what is trained; double is for checks.
template <class Scalar>
struct BasicNetwork {
    std::vector<BasicLayer<Scalar>> layers;

    std::vector<std::size_t> sizes() const;  // inputs, hidden layers, outputs
    std::size_t parameters() const;
};

using DenseNetwork = BasicNetwork<float>;

// Weights normal with variance 2/inputs (He et al. 2015), biases 0. Throws Error for fewer than two sizes or
// a size of 0 or above 65,536.
DenseNetwork initial_network(std::span<const std::size_t> sizes, std::uint64_t seed);

// What leaves every layer: after its ReLU, of the last one as it is.
template <class Scalar>
std::vector<BasicBatch<Scalar>> layer_outputs(const BasicNetwork<Scalar>& network,
                                              const BasicBatch<Scalar>& inputs);

// The weights as tensors "layers.0.weight", ... of a model like any other, to be measured, shown, exported.
std::shared_ptr<const Model> model_of(const DenseNetwork& network, const std::string& name);

BasicNetwork<double> in_double(const DenseNetwork& network);
BasicBatch<double> in_double(const Batch& batch);

}  // namespace halfstep::training
