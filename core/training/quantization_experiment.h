// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/schemes/scheme.h"
#include "core/training/training.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace halfstep::training {

// Quantization after training (PTQ) against quantization-aware training (QAT). For every seed, a float
// network is trained, and then trained on: as float, and once for each scheme with quantization in the loop.
// All of them take the same number of steps at the same rates over the same batches. PTQ quantizes the float
// network that was trained to the end.
struct ExperimentRequest {
    std::string data = "spirals";
    std::vector<std::size_t> hidden = {32, 32};
    std::vector<std::uint64_t> seeds = {1, 2, 3, 4, 5};  // each of data, weights and order
    std::vector<Scheme> schemes;                         // of the weights
    int activation_bits = 0;
    TrainingSettings float_training;
    TrainingSettings fine_tuning;  // the steps that follow: float, or QAT
};

struct SeedOutcome {
    std::uint64_t seed = 0;
    Evaluation ptq;  // held-out
    Evaluation qat;
};

struct SchemeOutcome {
    Scheme scheme;
    std::vector<SeedOutcome> seeds;

    std::size_t qat_below_ptq() const;  // seeds on which QAT's held-out loss is the lower one
};

struct FloatOutcome {
    std::uint64_t seed = 0;
    Evaluation held_out;
};

struct ExperimentResult {
    std::vector<FloatOutcome> float_networks;
    std::vector<SchemeOutcome> schemes;
};

ExperimentResult compare_ptq_and_qat(const ExperimentRequest& request, const JobContext& job = {});

}  // namespace halfstep::training
