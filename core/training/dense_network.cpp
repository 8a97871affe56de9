// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/dense_network.h"

#include "core/base/error.h"
#include "core/model_files/memory_model.h"
#include "core/training/backpropagation.h"
#include "core/training/random.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace halfstep::training {
namespace {

constexpr std::uint64_t weight_stream = 1;
constexpr std::size_t largest_size = 65'536;

void check(std::span<const std::size_t> sizes) {
    if (sizes.size() < 2)
        throw Error("A network has at least two sizes, those of its inputs and of its outputs", {},
                    "Give both, as in 2,32,2");
    for (const std::size_t size : sizes)
        if (size == 0 || size > largest_size)
            throw Error(fmt::format("A layer of a network cannot have {} values", size), {},
                        fmt::format("Give a number from 1 to {}", largest_size));
}

}  // namespace

template <class Scalar>
std::vector<std::size_t> BasicNetwork<Scalar>::sizes() const {
    std::vector<std::size_t> result;
    if (!layers.empty()) result.push_back(layers.front().weights.columns);
    for (const auto& layer : layers)
        result.push_back(layer.weights.rows);
    return result;
}

template <class Scalar>
std::size_t BasicNetwork<Scalar>::parameters() const {
    std::size_t count = 0;
    for (const auto& layer : layers)
        count += layer.weights.values.size() + layer.biases.size();
    return count;
}

DenseNetwork initial_network(std::span<const std::size_t> sizes, std::uint64_t seed) {
    check(sizes);
    Random random(seed, weight_stream);
    DenseNetwork network;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
        Batch weights{sizes[i + 1], sizes[i]};
        const double deviation = std::sqrt(2 / static_cast<double>(sizes[i]));
        for (float& weight : weights.values)
            weight = static_cast<float>(deviation * random.normal());
        network.layers.push_back({std::move(weights), std::vector<float>(sizes[i + 1])});
    }
    return network;
}

template <class Scalar>
std::vector<BasicBatch<Scalar>> layer_outputs(const BasicNetwork<Scalar>& network,
                                              const BasicBatch<Scalar>& inputs) {
    ForwardPass<Scalar> pass = forward(network, inputs);
    std::vector<BasicBatch<Scalar>> outputs;
    for (std::size_t i = 1; i < pass.inputs.size(); ++i)
        outputs.push_back(std::move(pass.inputs[i]));
    outputs.push_back(std::move(pass.outputs));
    return outputs;
}

std::shared_ptr<const Model> model_of(const DenseNetwork& network, const std::string& name) {
    std::vector<MemoryTensor> tensors;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const Batch& weights = network.layers[i].weights;
        tensors.push_back(
            {fmt::format("layers.{}.weight", i), {weights.rows, weights.columns}, weights.values});
    }
    return model_of_matrices(name, std::move(tensors));
}

BasicBatch<double> in_double(const Batch& batch) {
    return {batch.rows, batch.columns, {batch.values.begin(), batch.values.end()}};
}

BasicNetwork<double> in_double(const DenseNetwork& network) {
    BasicNetwork<double> result;
    for (const auto& layer : network.layers)
        result.layers.push_back({in_double(layer.weights), {layer.biases.begin(), layer.biases.end()}});
    return result;
}

template struct BasicNetwork<float>;
template struct BasicNetwork<double>;
template std::vector<BasicBatch<float>> layer_outputs(const BasicNetwork<float>&, const BasicBatch<float>&);
template std::vector<BasicBatch<double>> layer_outputs(const BasicNetwork<double>&,
                                                       const BasicBatch<double>&);

}  // namespace halfstep::training
