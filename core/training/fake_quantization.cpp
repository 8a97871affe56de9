// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/fake_quantization.h"

#include "core/model_files/memory_model.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"
#include "core/training/backpropagation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace halfstep::training {

std::string to_string(const FakeQuantization& quantization) {
    std::string text = quantization.weights ? halfstep::to_string(*quantization.weights) : "float";
    if (quantization.activation_bits > 0)
        text += fmt::format(", {}-bit activations", quantization.activation_bits);
    return text;
}

Batch quantized_weights(const Batch& weights, const Scheme& scheme) {
    const auto model =
        model_of_matrices("network", {{"weights", {weights.rows, weights.columns}, weights.values}});
    const TensorInfo& tensor = model->tensors().front();
    const JobContext job{{}, {}, 1};  // few weights: threads would cost more than they save
    const MeasuredScheme measured = measure_scheme(*model, tensor, scheme, job);
    Batch quantized{weights.rows, weights.columns};
    reconstruct_tensor(
        *model, tensor, measured.applied, job, [&](std::size_t, const ReconstructedSegment& segment) {
            std::ranges::copy(segment.reconstruction,
                              quantized.values.begin() + static_cast<std::ptrdiff_t>(segment.first));
        });
    return quantized;
}

DenseNetwork with_quantized_weights(const DenseNetwork& network, const Scheme& scheme) {
    DenseNetwork quantized;
    for (const auto& layer : network.layers)
        quantized.layers.push_back({quantized_weights(layer.weights, scheme), layer.biases});
    return quantized;
}

void ActivationRanges::observe(std::span<const ActivationLimits> batch) {
    ranges_.resize(batch.size());
    for (std::size_t i = 0; i < ranges_.size(); ++i)
        ranges_[i].observe(batch[i]);
}

std::vector<ActivationGrid> ActivationRanges::grids(int bits) const {
    std::vector<ActivationGrid> grids;
    if (bits == 0) return grids;
    for (const RunningRange& range : ranges_)
        grids.push_back(activation_grid(bits, range.limits()));
    return grids;
}

DeployedNetwork deployed(const DenseNetwork& network, const FakeQuantization& quantization,
                         const ActivationRanges& ranges) {
    return {quantization.weights ? with_quantized_weights(network, *quantization.weights) : network,
            ranges.grids(quantization.activation_bits)};
}

ActivationRanges calibrated_ranges(const DenseNetwork& network, const Batch& inputs, std::size_t batch_size) {
    ActivationRanges ranges;
    for (std::size_t first = 0; first < inputs.rows; first += batch_size)
        ranges.observe(forward(network, rows_of(inputs, first, batch_size)).limits);
    return ranges;
}

}  // namespace halfstep::training
