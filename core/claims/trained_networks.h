// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/training/training.h"

#include <memory>
#include <string>
#include <vector>

namespace halfstep {

// A small dense network that has learned something.
struct TrainedNetwork {
    std::string name;  // "spirals, seed 1"
    std::shared_ptr<const training::DataSet> data;
    training::DenseNetwork network;

    double held_out_loss(const training::DenseNetwork& changed) const;
};

// Spirals, moons and waves, each with two seeds, learned by four hidden layers of 32.
std::vector<TrainedNetwork> trained_networks(const JobContext& job);

}  // namespace halfstep
