// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/dynamic_ranges.h"

#include "core/training/activation_grid.h"
#include "core/training/backpropagation.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace halfstep::training {
namespace {

// Layer by layer: what enters a layer depends on the grids before it.
Batch outputs_of_one(const DenseNetwork& network, const Batch& example, int bits) {
    std::vector<ActivationGrid> grids(network.layers.size());
    for (std::size_t layer = 0; layer < grids.size(); ++layer)
        grids[layer] = activation_grid(bits, forward(network, example, grids).limits[layer]);
    return forward(network, example, grids).outputs;
}

}  // namespace

Batch dynamic_outputs(const DenseNetwork& network, const Batch& inputs, int bits) {
    Batch outputs{inputs.rows, network.sizes().back()};
    for (std::size_t row = 0; row < inputs.rows; ++row) {
        const auto values = inputs.row(row);
        const Batch one =
            outputs_of_one(network, Batch{1, inputs.columns, {values.begin(), values.end()}}, bits);
        std::ranges::copy(one.values, outputs.row(row).begin());
    }
    return outputs;
}

double relative_distance(const Batch& outputs, const Batch& exact) {
    double distance = 0;
    double length = 0;
    for (std::size_t i = 0; i < exact.values.size(); ++i) {
        const double difference =
            static_cast<double>(outputs.values[i]) - static_cast<double>(exact.values[i]);
        distance += difference * difference;
        length += static_cast<double>(exact.values[i]) * static_cast<double>(exact.values[i]);
    }
    return length > 0 ? std::sqrt(distance / length) : 0;
}

double changed_answers(const Batch& outputs, const Batch& exact) {
    if (exact.rows == 0) return 0;
    std::size_t changed = 0;
    for (std::size_t row = 0; row < exact.rows; ++row) {
        const auto now = outputs.row(row);
        const auto before = exact.row(row);
        if (std::ranges::max_element(now) - now.begin() != std::ranges::max_element(before) - before.begin())
            ++changed;
    }
    return static_cast<double>(changed) / static_cast<double>(exact.rows);
}

}  // namespace halfstep::training
