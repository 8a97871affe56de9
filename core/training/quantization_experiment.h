// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/schemes/scheme.h"
#include "core/training/training.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halfstep::training {

// Quantization after training (PTQ) against quantization-aware training (QAT). For every seed, a float
// network is trained, and then trained on: as float, and once for each scheme with quantization in the loop.
// All of these second trainings take the same number of steps at the same rates over the same batches. PTQ
// quantizes the float network that was trained to the end.
struct ExperimentRequest {
    std::string data = "spirals";
    std::vector<std::size_t> layers = {2, 32, 32, 2};    // sizes, inputs and outputs among them
    std::vector<std::uint64_t> seeds = {1, 2, 3, 4, 5};  // each of data, weights and order
    std::vector<Scheme> schemes;                         // of the weights; keep: they stay float
    int activation_bits = 0;
    TrainingSettings float_training = {};
    TrainingSettings second_training = {};
};

// int8, int4, int3 and int2 with one scale a layer, for networks with two hidden layers of 32, at rates that
// suit the optimizer.
ExperimentRequest default_experiment(const std::string& data,
                                     OptimizerSettings::Kind optimizer = OptimizerSettings::Kind::adam);

struct SeedOutcome {
    std::uint64_t seed = 0;
    Evaluation float_network;  // all of them held-out, after both trainings
    Evaluation ptq;
    Evaluation qat;
};

struct SchemeOutcome {
    Scheme scheme;
    std::vector<SeedOutcome> seeds;  // in the order asked for

    std::size_t qat_below_ptq() const;  // seeds on which QAT's loss is the lower one
    bool qat_always_below_ptq() const { return qat_below_ptq() == seeds.size(); }
};

// Over the seeds.
struct EvaluationSummary {
    double mean_loss = 0;
    double worst_loss = 0;
    std::optional<double> mean_accuracy;  // classification only
    std::optional<double> worst_accuracy;
};

EvaluationSummary summary_of(std::span<const SeedOutcome> seeds, Evaluation SeedOutcome::*which);

// One a scheme. Seeds run side by side; every number is the same whatever job.threads says. Throws Error
// where the request makes no sense, Cancelled within 100 ms of a stop.
std::vector<SchemeOutcome> compare_ptq_and_qat(const ExperimentRequest& request, const JobContext& job = {});

}  // namespace halfstep::training
