// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/sample_allocation.h"

#include "core/allocation/sensitivity.h"
#include "core/model_files/memory_model.h"
#include "core/quantize/measure.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

MemoryTensor random_layer(std::size_t number, ToyDistribution distribution, MatrixShape shape) {
    ToyShape toy;
    toy.distribution = distribution;
    return {fmt::format("layers.{}", number), shape,
            toy_weights(toy, static_cast<std::size_t>(shape.channels * shape.inputs), 100 + number)};
}

}  // namespace

ClaimWeights layered_weights(const ClaimInputs& inputs) {
    if (inputs.sample) return quantizable_weights(inputs.name, inputs.sample);
    using enum ToyDistribution;
    std::vector<MemoryTensor> layers;
    for (const ToyDistribution distribution : {gaussian, laplace, student})
        for (const std::uint64_t side : {128U, 256U, 384U, 512U})
            layers.push_back(random_layer(layers.size(), distribution, {side, side}));
    return quantizable_weights("random layers", model_of_matrices("random layers", std::move(layers)));
}

ClaimWeights equal_layers() {
    std::vector<MemoryTensor> layers;
    for (std::size_t i = 0; i < 8; ++i)
        layers.push_back(random_layer(i, ToyDistribution::gaussian, {256, 256}));
    return quantizable_weights("equal layers", model_of_matrices("equal layers", std::move(layers)));
}

std::vector<std::string> group_candidates() {
    return {"int2:g64", "int3:g64", "int4:g64", "int5:g64", "int6:g64", "int7:g64", "int8:g64"};
}

Allocation allocation_of(const ClaimWeights& weights, const AllocationSetting& setting,
                         const JobContext& job) {
    AllocationRules rules;
    for (const std::string& candidate : setting.candidates)
        rules.candidates.push_back(parse_scheme(candidate));
    JobContext quiet = job;
    quiet.progress = nullptr;
    const auto measured = measure_tensors(*weights.model, weights.tensors, rules.candidates, quiet);
    const Sensitivities sensitivities = setting.counting == Counting::by_role
                                            ? sensitivities_by_role(*weights.model)
                                            : equal_sensitivities(*weights.model);
    AllocationProblem problem =
        allocation_problem(*weights.model, rules.candidates, measured, sensitivities.values);
    if (setting.restricted) {
        rules.ties = fused_ties(problem);
        rules.limits = sensitive_layers_limit(problem);
    }
    return Allocation(std::move(problem), rules);
}

BestChoice best_plan(const Allocation& allocation, const Budget& budget, const JobContext& job) {
    KnapsackLimits limits;
    limits.stop = job.stop;
    return allocation.best(budget, limits);
}

}  // namespace halfstep
