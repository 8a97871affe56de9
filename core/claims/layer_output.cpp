// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/layer_output.h"

#include "core/lessons/toy_weights.h"

#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t vectors = 64;
constexpr std::uint64_t seed = 71;

LayerInputs toy_inputs(std::string name, std::size_t width, ToyDistribution distribution) {
    ToyShape shape;
    shape.distribution = distribution;
    return {std::move(name), width, toy_weights(shape, vectors * width, seed)};
}

// x[i] = ρ·x[i−1] + √(1−ρ²)·g[i].
LayerInputs correlated(std::size_t width) {
    constexpr double correlation = 0.95;
    const double fresh = std::sqrt(1 - correlation * correlation);
    LayerInputs inputs = toy_inputs("correlated", width, ToyDistribution::gaussian);
    for (std::size_t i = 0; i < inputs.values.size(); ++i) {
        if (i % width == 0) continue;
        inputs.values[i] = static_cast<float>(correlation * static_cast<double>(inputs.values[i - 1]) +
                                              fresh * static_cast<double>(inputs.values[i]));
    }
    return inputs;
}

}  // namespace

std::vector<LayerInputs> layer_inputs(std::size_t width) {
    return {toy_inputs("independent", width, ToyDistribution::gaussian), correlated(width),
            toy_inputs("positive", width, ToyDistribution::relu)};
}

double output_error_squared(MatrixShape shape, std::span<const float> weights,
                            std::span<const float> reconstruction, const LayerInputs& inputs,
                            const JobContext& job) {
    const auto width = static_cast<std::size_t>(shape.inputs);
    std::vector<double> difference(width);
    double error = 0;
    for (std::size_t row = 0; row < shape.channels; ++row) {
        job.throw_if_stopped();
        for (std::size_t i = 0; i < width; ++i)
            difference[i] = static_cast<double>(weights[row * width + i]) -
                            static_cast<double>(reconstruction[row * width + i]);
        for (std::size_t v = 0; v < inputs.count(); ++v) {
            double sum = 0;
            for (std::size_t i = 0; i < width; ++i)
                sum += difference[i] * static_cast<double>(inputs.values[v * width + i]);
            error += sum * sum;
        }
    }
    return error;
}

}  // namespace halfstep
