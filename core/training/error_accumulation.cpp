// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/error_accumulation.h"

#include "core/base/error.h"
#include "core/training/fake_quantization.h"
#include "core/training/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace halfstep::training {
namespace {

constexpr std::uint64_t noise_stream = 41;
constexpr std::uint64_t input_stream = 42;

// ‖changed − original‖/‖original‖; 0 where there is nothing to compare with.
double relative_distance(const std::vector<float>& original, const std::vector<float>& changed) {
    double error = 0;
    double square = 0;
    for (std::size_t i = 0; i < original.size(); ++i) {
        const auto value = static_cast<double>(original[i]);
        const double difference = static_cast<double>(changed[i]) - value;
        error += difference * difference;
        square += value * value;
    }
    return square > 0 ? std::sqrt(error / square) : 0;
}

void check(const DenseNetwork& network, const DenseNetwork& changed, const Batch& inputs) {
    if (network.layers.empty() || network.sizes() != changed.sizes())
        throw Error("The networks to compare do not have the same sizes", {}, "Change weights alone");
    if (network.sizes().front() != inputs.columns)
        throw Error(
            fmt::format("The network takes {} inputs, not {}", network.sizes().front(), inputs.columns), {},
            "Give inputs of that size");
}

}  // namespace

std::size_t ErrorAccumulation::most_harmful_layer() const {
    const auto worst = std::ranges::max_element(layers, {}, &DepthError::alone);
    return static_cast<std::size_t>(worst - layers.begin());
}

ErrorAccumulation error_accumulation(const DenseNetwork& network, const DenseNetwork& changed,
                                     const Batch& inputs) {
    check(network, changed, inputs);
    const std::vector<Batch> exact = layer_outputs(network, inputs);
    const std::vector<Batch> drifted = layer_outputs(changed, inputs);
    ErrorAccumulation result;
    double aligned = 1;
    double independent = 1;
    DenseNetwork single = network;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        DepthError depth;
        depth.weight_error =
            relative_distance(network.layers[i].weights.values, changed.layers[i].weights.values);
        depth.drift = relative_distance(exact[i].values, drifted[i].values);
        aligned *= 1 + depth.weight_error;
        independent *= 1 + depth.weight_error * depth.weight_error;
        depth.all_aligned = aligned - 1;
        depth.independent = std::sqrt(independent - 1);
        single.layers[i] = changed.layers[i];
        depth.alone = relative_distance(exact.back().values, layer_outputs(single, inputs).back().values);
        single.layers[i] = network.layers[i];
        result.layers.push_back(depth);
    }
    return result;
}

ErrorAccumulation accumulated_quantization(const DenseNetwork& network, const Scheme& scheme,
                                           const Batch& inputs) {
    return error_accumulation(network, with_quantized_weights(network, scheme), inputs);
}

DenseNetwork with_noise(const DenseNetwork& network, std::span<const double> relative, std::uint64_t seed) {
    if (relative.size() != network.layers.size())
        throw Error(
            fmt::format("There are {} sizes of noise for {} layers", relative.size(), network.layers.size()),
            {}, "Give one a layer");
    Random random(seed, noise_stream);
    DenseNetwork noisy = network;
    for (std::size_t i = 0; i < relative.size(); ++i) {
        std::vector<float>& weights = noisy.layers[i].weights.values;
        std::vector<double> noise(weights.size());
        double noise_square = 0;
        double weight_square = 0;
        for (std::size_t k = 0; k < noise.size(); ++k) {
            noise[k] = random.normal();
            noise_square += noise[k] * noise[k];
            weight_square += static_cast<double>(weights[k]) * static_cast<double>(weights[k]);
        }
        const double factor = relative[i] * std::sqrt(weight_square / noise_square);
        for (std::size_t k = 0; k < noise.size(); ++k)
            weights[k] = static_cast<float>(static_cast<double>(weights[k]) + factor * noise[k]);
    }
    return noisy;
}

Batch normal_batch(std::size_t rows, std::size_t columns, std::uint64_t seed) {
    Random random(seed, input_stream);
    Batch batch{rows, columns};
    for (float& value : batch.values)
        value = static_cast<float>(random.normal());
    return batch;
}

}  // namespace halfstep::training
