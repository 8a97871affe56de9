// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"
#include "core/claims/layer_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr double kept = 1e-5;  // of the second moment: float32 rounding of γ·s

double second_moment_ratio(const ErrorSums& sums) {
    return sums.quantized_squared / sums.value_squared;
}

// What γ does to a layer: errors with it over errors without.
struct Rescued {
    double moment_without = 0;  // E[x̂²]/E[x²]
    double moment_with = 0;
    double weight_error = 0;
    std::vector<double> output_errors;  // squared, of each kind of input
};

Rescued rescue(const ClaimWeights& weights, const TensorInfo& tensor, const std::string& scheme,
               std::span<const LayerInputs> inputs, const JobContext& job) {
    const ClaimWeights one{weights.name, weights.model, {&tensor}};
    const std::array schemes{scheme, scheme + ":gamma"};
    const auto measured = measure_on(one, schemes, job);
    Rescued result{second_moment_ratio(measured[0].sums),
                   second_moment_ratio(measured[1].sums),
                   measured[1].sums.error_squared / measured[0].sums.error_squared,
                   {}};
    const std::vector<float> values = values_of(*weights.model, tensor);
    const auto plain = reconstructed(*weights.model, tensor, measured[0].scheme, job).values;
    const auto rescaled = reconstructed(*weights.model, tensor, measured[1].scheme, job).values;
    const MatrixShape shape = matrix_shape(tensor);
    for (const LayerInputs& kind : inputs)
        result.output_errors.push_back(output_error_squared(shape, values, rescaled, kind, job) /
                                       output_error_squared(shape, values, plain, kind, job));
    return result;
}

// The largest matrix of 512 inputs, as the toy weights have.
const TensorInfo& tested_tensor(const ClaimWeights& weights) {
    const TensorInfo* tested = weights.tensors.front();
    for (const TensorInfo* tensor : weights.tensors)
        if (matrix_shape(*tensor).inputs > matrix_shape(*tested).inputs) tested = tensor;
    return *tested;
}

// All cases together.
struct Tally {
    double furthest = 0;  // of a second moment from 1
    int improved = 0;
    int cases = 0;
    double worst = 0;  // of the outputs' errors
    double worst_weights = 0;
    std::string worst_at;

    void add(const Rescued& result, const std::string& where) {
        furthest = std::max(furthest, std::abs(result.moment_with - 1));
        for (const double error : result.output_errors) {
            ++cases;
            if (error < 1) ++improved;
            if (error <= worst) continue;
            worst = error;
            worst_weights = result.weight_error;
            worst_at = where;
        }
    }
};

void add_figures(ClaimFinding& finding, const Rescued& result, std::span<const LayerInputs> inputs,
                 const std::string& where) {
    finding.figures.push_back({"second moment over the weights' own, " + where, result.moment_without, ""});
    finding.figures.push_back({"the same with γ, " + where, result.moment_with, ""});
    finding.figures.push_back(
        {"squared weight error with γ over without, " + where, result.weight_error, ""});
    for (std::size_t i = 0; i < inputs.size(); ++i)
        finding.figures.push_back(
            {fmt::format("squared output error with γ over without, {} inputs, {}", inputs[i].name, where),
             result.output_errors[i], ""});
}

ClaimFinding measure(const ClaimInputs& claim_inputs, const JobContext& job) {
    const auto all = claim_weights(claim_inputs, {ToyDistribution::gaussian, ToyDistribution::laplace});
    ClaimFinding finding;
    finding.weights = names_of(all);
    std::array<Tally, 2> tallies;  // by minimum and maximum, by least error
    for (const ClaimWeights& weights : all) {
        const TensorInfo& tensor = tested_tensor(weights);
        const auto inputs = layer_inputs(static_cast<std::size_t>(matrix_shape(tensor).inputs));
        for (const int bits : {2, 3, 4})
            for (const bool least_error : {false, true}) {
                const std::string scheme = fmt::format("int{}{}", bits, least_error ? ":mse" : "");
                const Rescued result = rescue(weights, tensor, scheme, inputs, job);
                const std::string where = fmt::format("{}, {}", scheme, weights.name);
                add_figures(finding, result, inputs, where);
                tallies[least_error ? 1 : 0].add(result, where);
            }
    }
    const auto& [min_max, least] = tallies;
    const int improved = min_max.improved + least.improved;
    const int cases = min_max.cases + least.cases;
    const double furthest = std::max(min_max.furthest, least.furthest);
    finding.figures.push_back({"cases in which the output improves, min-max", 1.0 * min_max.improved, ""});
    finding.figures.push_back({"cases in which the output improves, least error", 1.0 * least.improved, ""});
    finding.figures.push_back({"cases of either", 1.0 * min_max.cases, ""});
    const bool moment = furthest < kept;
    finding.verdict = !moment || improved == 0 ? Verdict::does_not_hold
                      : improved == cases      ? Verdict::holds
                                               : Verdict::holds_within_limits;
    finding.explanation = Sentence(
        moment ? "γ keeps the second moment (to {:.0f} parts in a billion); the output comes nearer in "
                 "{} of {} cases with min-max ranges, which make x̂ too large, but in {} of {} with the "
                 "scale of least squared error, which γ only moves away from."
               : "γ does not keep the second moment (off by {:.0f} parts in a billion); the output comes "
                 "nearer in {} of {} cases with min-max ranges, which make x̂ too large, but in {} of {} "
                 "with the scale of least squared error, which γ only moves away from.",
        furthest * 1e9, min_max.improved, min_max.cases, least.improved, least.cases);
    const Tally& worse = least.worst > min_max.worst ? least : min_max;
    if (improved < cases)
        finding.counterexample = Sentence(
            "{}: with γ the squared error of the weights is {:.3f} times, that of the layer's output {:.3f} "
            "times what it is "
            "without.",
            worse.worst_at, worse.worst_weights, worse.worst);
    return finding;
}

}  // namespace

constinit const Claim second_moment_claim{
    .id = "second-moment",
    .statement =
        "Rescaling by γ = √(E[x²]/E[Q(x)²]) keeps the second moment of the weights and improves the output.",
    .work = hasan_2024,
    .where = "theory, the scaling factor γ (abstract: \"our proposed scaling factor\")",
    .measured =
        "E[x̂²]/E[x²], the squared error of the weights and that of a layer's output on 64 inputs, "
        "independent, correlated (0.95 from one to the next) and positive, each with γ over without, one "
        "scale a channel, by minimum and maximum and with the scale of least squared error.",
    .measure = measure};

}  // namespace halfstep
