// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/loss_surface.h"

#include "core/base/error.h"
#include "core/training/random.h"
#include "core/training/training.h"

#include <fmt/format.h>

#include <cmath>

namespace halfstep::training {
namespace {

// Streams of directions: two for a surface, as many as asked for for a sharpness.
constexpr std::uint64_t surface_stream = 31;
constexpr std::uint64_t sharpness_stream = 1000;

double norm(std::span<const float> values) {
    double squares = 0;
    for (const float value : values)
        squares += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(squares);
}

}  // namespace

DenseNetwork normalised_direction(const DenseNetwork& network, std::uint64_t seed, std::uint64_t stream) {
    Random random(seed, stream);
    DenseNetwork direction;
    for (const auto& layer : network.layers) {
        Batch parts{layer.weights.rows, layer.weights.columns};
        for (std::size_t neuron = 0; neuron < parts.rows; ++neuron) {
            for (float& value : parts.row(neuron))
                value = static_cast<float>(random.normal());
            const double length = norm(parts.row(neuron));
            const auto factor = static_cast<float>(length > 0 ? norm(layer.weights.row(neuron)) / length : 0);
            for (float& value : parts.row(neuron))
                value *= factor;
        }
        direction.layers.push_back({std::move(parts), std::vector<float>(layer.biases.size())});
    }
    return direction;
}

DenseNetwork moved(const DenseNetwork& network, const DenseNetwork& direction, float step) {
    DenseNetwork result = network;
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        auto& layer = result.layers[i];
        const auto& by = direction.layers[i];
        for (std::size_t k = 0; k < layer.weights.values.size(); ++k)
            layer.weights.values[k] += step * by.weights.values[k];
        for (std::size_t k = 0; k < layer.biases.size(); ++k)
            layer.biases[k] += step * by.biases[k];
    }
    return result;
}

double LossSurface::coordinate(std::size_t index) const {
    const auto middle = static_cast<double>(resolution - 1) / 2;
    return range * (static_cast<double>(index) - middle) / middle;
}

LossSurface loss_surface(const DenseNetwork& network, const Examples& examples, Loss loss, double range,
                         std::size_t resolution, std::uint64_t seed, const JobContext& job) {
    if (!(range > 0) || std::isinf(range))
        throw Error(fmt::format("A loss surface cannot reach {} far", range), {}, "Give a number above 0");
    if (resolution < 3 || resolution % 2 == 0)
        throw Error(fmt::format("A loss surface of {} points an axis has no middle", resolution), {},
                    "Give an odd number from 3 on");
    const DenseNetwork across = normalised_direction(network, seed, surface_stream);
    const DenseNetwork up = normalised_direction(network, seed, surface_stream + 1);
    LossSurface surface{range, resolution, {}};
    surface.losses.reserve(resolution * resolution);
    for (std::size_t row = 0; row < resolution; ++row) {
        const DenseNetwork from = moved(network, up, static_cast<float>(surface.coordinate(row)));
        for (std::size_t column = 0; column < resolution; ++column) {
            const DenseNetwork there = moved(from, across, static_cast<float>(surface.coordinate(column)));
            surface.losses.push_back(evaluate({there, {}}, examples, loss, job).loss);
        }
        job.report(static_cast<double>(row + 1) / static_cast<double>(resolution));
    }
    return surface;
}

double sharpness(const DenseNetwork& network, const Examples& examples, Loss loss, double radius,
                 std::size_t directions, std::uint64_t seed, const JobContext& job) {
    if (directions == 0) throw Error("Sharpness needs a direction", {}, "Give at least 1");
    const double here = evaluate({network, {}}, examples, loss, job).loss;
    double rise = 0;
    for (std::size_t i = 0; i < directions; ++i) {
        const DenseNetwork direction = normalised_direction(network, seed, sharpness_stream + i);
        for (const double step : {radius, -radius}) {
            const DenseNetwork there = moved(network, direction, static_cast<float>(step));
            rise += evaluate({there, {}}, examples, loss, job).loss - here;
        }
        job.report(static_cast<double>(i + 1) / static_cast<double>(directions));
    }
    return rise / static_cast<double>(2 * directions);
}

}  // namespace halfstep::training
