// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/claims/claim.h"
#include "core/lessons/toy_weights.h"
#include "core/quantize/measurement.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// Weights that claims are tested on.
struct ClaimWeights {
    std::string name;  // "gaussian", "sample"
    std::shared_ptr<const Model> model;
    std::vector<const TensorInfo*> tensors;
};

// The quantizable tensors of a model. Throws Error where there are none.
ClaimWeights quantizable_weights(std::string name, std::shared_ptr<const Model> model);

// One matrix of 512 x 512, of standard deviation 1; the seed is 1 + the place of the distribution.
ClaimWeights toy_claim_weights(ToyDistribution distribution);

// Toy weights of these distributions, and after them the sample, where there is one.
std::vector<ClaimWeights> claim_weights(const ClaimInputs& inputs,
                                        std::initializer_list<ToyDistribution> distributions);

std::vector<std::string> names_of(std::span<const ClaimWeights> all);

// What a scheme does to all tensors together.
struct ClaimMeasurement {
    Scheme scheme;
    ErrorSums sums;
    double bits_per_weight = 0;
    std::vector<Measurement> of_tensors;
};

std::vector<ClaimMeasurement> measure_on(const ClaimWeights& weights, std::span<const std::string> schemes,
                                         const JobContext& job);
ClaimMeasurement measure_on(const ClaimWeights& weights, const std::string& scheme, const JobContext& job);

// A tensor's elements, row by row, and what a scheme makes of them.
std::vector<float> values_of(const Model& model, const TensorInfo& tensor);
struct Reconstruction {
    std::vector<float> values;
    std::vector<float> clipped;  // 1 where the code was clipped
};
Reconstruction reconstructed(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                             const JobContext& job);

}  // namespace halfstep
