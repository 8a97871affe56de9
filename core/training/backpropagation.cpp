// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/backpropagation.h"

#include "core/training/products.h"

#include <algorithm>
#include <utility>

namespace halfstep::training {
namespace {

// x·Wᵀ + b
template <class Scalar>
BasicBatch<Scalar> layer_output(const BasicLayer<Scalar>& layer, const BasicBatch<Scalar>& inputs) {
    BasicBatch<Scalar> outputs = product(inputs, transposed(layer.weights));
    for (std::size_t row = 0; row < outputs.rows; ++row) {
        const std::span<Scalar> values = outputs.row(row);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] += layer.biases[i];
    }
    return outputs;
}

template <class Scalar>
void rectify(BasicBatch<Scalar>& batch, std::vector<std::uint8_t>& blocked) {
    for (std::size_t i = 0; i < blocked.size(); ++i) {
        if (batch.values[i] > 0) continue;
        batch.values[i] = 0;
        blocked[i] = 1;
    }
}

template <class Scalar>
ActivationLimits limits_of(const BasicBatch<Scalar>& batch) {
    if (batch.values.empty()) return {};
    const auto [low, high] = std::minmax_element(batch.values.begin(), batch.values.end());
    return {static_cast<float>(*low), static_cast<float>(*high)};
}

template <class Scalar>
void quantize(BasicBatch<Scalar>& batch, const ActivationGrid& grid, std::vector<std::uint8_t>& blocked) {
    for (std::size_t i = 0; i < blocked.size(); ++i) {
        bool clipped = false;
        batch.values[i] = static_cast<Scalar>(grid.quantized(static_cast<float>(batch.values[i]), clipped));
        if (clipped) blocked[i] = 1;
    }
}

template <class Scalar>
std::vector<Scalar> column_sums(const BasicBatch<Scalar>& batch) {
    std::vector<Scalar> sums(batch.columns);
    for (std::size_t row = 0; row < batch.rows; ++row)
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += batch.row(row)[i];
    return sums;
}

}  // namespace

template <class Scalar>
ForwardPass<Scalar> forward(const BasicNetwork<Scalar>& network, const BasicBatch<Scalar>& inputs,
                            std::span<const ActivationGrid> grids) {
    ForwardPass<Scalar> pass;
    BasicBatch<Scalar> values = inputs;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        std::vector<std::uint8_t> blocked(values.values.size());
        if (i > 0) rectify(values, blocked);
        pass.limits.push_back(limits_of(values));
        if (!grids.empty() && grids[i].bits > 0) quantize(values, grids[i], blocked);
        pass.blocked.push_back(std::move(blocked));
        pass.inputs.push_back(std::move(values));
        values = layer_output(network.layers[i], pass.inputs.back());
    }
    pass.outputs = std::move(values);
    return pass;
}

template <class Scalar>
BasicNetwork<Scalar> backward(const BasicNetwork<Scalar>& network, const ForwardPass<Scalar>& pass,
                              BasicBatch<Scalar> output_gradient) {
    BasicNetwork<Scalar> gradient;
    gradient.layers.resize(network.layers.size());
    BasicBatch<Scalar> flowing = std::move(output_gradient);
    for (std::size_t i = network.layers.size(); i-- > 0;) {
        gradient.layers[i] = {product(transposed(flowing), pass.inputs[i]), column_sums(flowing)};
        if (i == 0) break;
        flowing = product(flowing, network.layers[i].weights);
        for (std::size_t k = 0; k < flowing.values.size(); ++k)
            if (pass.blocked[i][k] != 0) flowing.values[k] = 0;
    }
    return gradient;
}

template <class Scalar>
LossAndGradient<Scalar> loss_and_gradient(const BasicNetwork<Scalar>& network, Loss loss,
                                          const BasicBatch<Scalar>& inputs, const BasicBatch<Scalar>& targets,
                                          std::span<const ActivationGrid> grids) {
    const ForwardPass<Scalar> pass = forward(network, inputs, grids);
    LossAtOutputs<Scalar> at = loss_at(loss, pass.outputs, targets);
    return {at.value, backward(network, pass, std::move(at.gradient))};
}

template ForwardPass<float> forward(const BasicNetwork<float>&, const BasicBatch<float>&,
                                    std::span<const ActivationGrid>);
template ForwardPass<double> forward(const BasicNetwork<double>&, const BasicBatch<double>&,
                                     std::span<const ActivationGrid>);
template BasicNetwork<float> backward(const BasicNetwork<float>&, const ForwardPass<float>&,
                                      BasicBatch<float>);
template BasicNetwork<double> backward(const BasicNetwork<double>&, const ForwardPass<double>&,
                                       BasicBatch<double>);
template LossAndGradient<float> loss_and_gradient(const BasicNetwork<float>&, Loss, const BasicBatch<float>&,
                                                  const BasicBatch<float>&, std::span<const ActivationGrid>);
template LossAndGradient<double> loss_and_gradient(const BasicNetwork<double>&, Loss,
                                                   const BasicBatch<double>&, const BasicBatch<double>&,
                                                   std::span<const ActivationGrid>);

}  // namespace halfstep::training
