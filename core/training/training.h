// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/training/data_sets.h"
#include "core/training/fake_quantization.h"
#include "core/training/optimizer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace halfstep::training {

struct Evaluation {
    double loss = 0;
    std::optional<double> accuracy;  // cross entropy only
};

// Throws Cancelled within 100 ms of a stop.
Evaluation evaluate(const DeployedNetwork& network, const Examples& examples, Loss loss,
                    const JobContext& job = {});

struct CurvePoint {
    std::size_t step = 0;
    double training_loss = 0;  // over all training examples, quantized as asked for
    double held_out_loss = 0;
};

struct TrainingSettings {
    std::size_t steps = 2000;
    std::size_t batch_size = 64;
    OptimizerSettings optimizer = {};
    float rate = 0.01F;            // of the first step; falls along a straight line
    float last_rate = 0.0005F;     // of the last step
    std::size_t curve_points = 0;  // points of the curve besides the first; 0: no curve
};

struct TrainingRequest {
    std::shared_ptr<const DataSet> data;
    DenseNetwork start;  // see initial_network()
    TrainingSettings settings = {};
    std::uint64_t seed = 1;              // of the order of the examples
    FakeQuantization quantization = {};  // in the loop
    // Activations in the loop: ranges to go on from; none: calibrated on the training examples first.
    std::optional<ActivationRanges> ranges = {};
    std::function<void(const CurvePoint&)> on_point = {};  // called from the training thread
};

struct TrainingResult {
    DenseNetwork network;      // float weights (the "shadow" weights, where quantization was in the loop)
    ActivationRanges ranges;   // where activations were quantized
    DeployedNetwork deployed;  // quantized as asked for
    Evaluation training;       // of the deployed network
    Evaluation held_out;
    std::vector<CurvePoint> curve;
};

// Trains; with quantization in the loop, every forward pass sees quantized weights and activations and the
// gradients go to the float weights. Single-threaded: the same bits from the same request everywhere. Throws
// Error where the request makes no sense or the loss is no longer finite, Cancelled within 100 ms of a stop.
TrainingResult train(const TrainingRequest& request, const JobContext& job = {});

}  // namespace halfstep::training
