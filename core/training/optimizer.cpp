// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/optimizer.h"

#include <algorithm>
#include <cmath>

namespace halfstep::training {
namespace {

DenseNetwork zeros_like(const DenseNetwork& network) {
    DenseNetwork zeros = network;
    for (auto& layer : zeros.layers) {
        std::fill(layer.weights.values.begin(), layer.weights.values.end(), 0.0F);
        std::fill(layer.biases.begin(), layer.biases.end(), 0.0F);
    }
    return zeros;
}

void step_sgd(const OptimizerSettings& settings, std::vector<float>& values,
              const std::vector<float>& gradient, std::vector<float>& velocity, float rate) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        velocity[i] = settings.momentum * velocity[i] + gradient[i];
        values[i] -= rate * velocity[i];
    }
}

// `corrected_rate` holds both corrections of the bias towards the zeros that the averages began with.
void step_adam(const OptimizerSettings& settings, std::vector<float>& values,
               const std::vector<float>& gradient, std::vector<float>& mean, std::vector<float>& square,
               float corrected_rate, float corrected_epsilon) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float slope = gradient[i];
        mean[i] = settings.beta1 * mean[i] + (1 - settings.beta1) * slope;
        square[i] = settings.beta2 * square[i] + (1 - settings.beta2) * slope * slope;
        values[i] -= corrected_rate * mean[i] / (std::sqrt(square[i]) + corrected_epsilon);
    }
}

}  // namespace

Optimizer::Optimizer(const OptimizerSettings& settings, const DenseNetwork& network)
    : settings_(settings), first_(zeros_like(network)), second_(first_) {}

void Optimizer::step(DenseNetwork& network, const DenseNetwork& gradient, float rate) {
    beta1_power_ *= static_cast<double>(settings_.beta1);
    beta2_power_ *= static_cast<double>(settings_.beta2);
    const double root = std::sqrt(1 - beta2_power_);
    const auto corrected_rate = static_cast<float>(static_cast<double>(rate) * root / (1 - beta1_power_));
    const auto corrected_epsilon = static_cast<float>(static_cast<double>(settings_.epsilon) * root);
    const auto update = [&](std::vector<float>& values, const std::vector<float>& slope,
                            std::vector<float>& first, std::vector<float>& second) {
        if (settings_.kind == OptimizerSettings::Kind::sgd)
            step_sgd(settings_, values, slope, first, rate);
        else
            step_adam(settings_, values, slope, first, second, corrected_rate, corrected_epsilon);
    };
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        auto& layer = network.layers[i];
        update(layer.weights.values, gradient.layers[i].weights.values, first_.layers[i].weights.values,
               second_.layers[i].weights.values);
        update(layer.biases, gradient.layers[i].biases, first_.layers[i].biases, second_.layers[i].biases);
    }
}

}  // namespace halfstep::training
