// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/training/data_sets.h"
#include "core/training/dense_network.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep::training {

// The loss around a network, over a square in two random directions whose parts for each neuron have the norm
// of that neuron's weights (filter normalisation, Li et al. 2018); biases stay. 1 along an axis is then a
// change as large as the weights themselves.
struct LossSurface {
    double range = 0;            // coordinates run from -range to range
    std::size_t resolution = 0;  // points along an axis; odd: the network itself is the one in the middle
    std::vector<double> losses;  // row by row, both axes from -range up

    double coordinate(std::size_t index) const;
    double at(std::size_t row, std::size_t column) const { return losses[row * resolution + column]; }
};

// Throws Error for a range that is not positive, or a resolution that is even or below 3; Cancelled within
// 100 ms of a stop.
LossSurface loss_surface(const DenseNetwork& network, const Examples& examples, Loss loss, double range,
                         std::size_t resolution, std::uint64_t seed, const JobContext& job = {});

// How far the loss rises, on average over `directions` random normalised directions, both ways, at a relative
// `radius`: 0.1 moves each neuron's weights by a tenth of their norm, as rounding them might.
double sharpness(const DenseNetwork& network, const Examples& examples, Loss loss, double radius,
                 std::size_t directions, std::uint64_t seed, const JobContext& job = {});

// A random direction with normalised parts; biases 0.
DenseNetwork normalised_direction(const DenseNetwork& network, std::uint64_t seed, std::uint64_t stream);

// network + step·direction
DenseNetwork moved(const DenseNetwork& network, const DenseNetwork& direction, float step);

}  // namespace halfstep::training
