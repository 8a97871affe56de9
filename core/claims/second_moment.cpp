// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
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

Rescued rescue(const ClaimWeights& weights, const TensorInfo& tensor, int bits,
               std::span<const LayerInputs> inputs, const JobContext& job) {
    const ClaimWeights one{weights.name, weights.model, {&tensor}};
    const std::array schemes{fmt::format("int{}", bits), fmt::format("int{}:gamma", bits)};
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
        result.output_errors.push_back(output_error_squared(shape, values, rescaled, kind) /
                                       output_error_squared(shape, values, plain, kind));
    return result;
}

// The largest matrix of 512 inputs, as the toy weights have.
const TensorInfo& tested_tensor(const ClaimWeights& weights) {
    const TensorInfo* tested = weights.tensors.front();
    for (const TensorInfo* tensor : weights.tensors)
        if (matrix_shape(*tensor).inputs > matrix_shape(*tested).inputs) tested = tensor;
    return *tested;
}

ClaimFinding measure(const ClaimInputs& claim_inputs, const JobContext& job) {
    const auto all = claim_weights(claim_inputs, {ToyDistribution::gaussian, ToyDistribution::laplace});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double furthest = 0;
    int improved = 0;
    int cases = 0;
    double shown_error = 0;
    double shown_output = 0;
    for (const ClaimWeights& weights : all) {
        const TensorInfo& tensor = tested_tensor(weights);
        const auto inputs = layer_inputs(static_cast<std::size_t>(matrix_shape(tensor).inputs));
        for (const int bits : {2, 3, 4}) {
            const Rescued result = rescue(weights, tensor, bits, inputs, job);
            const std::string where = fmt::format("int{}, {}", bits, weights.name);
            finding.figures.push_back(
                {"second moment over the weights' own, " + where, result.moment_without, ""});
            finding.figures.push_back({"the same with γ, " + where, result.moment_with, ""});
            finding.figures.push_back(
                {"squared weight error with γ over without, " + where, result.weight_error, ""});
            furthest = std::max(furthest, std::abs(result.moment_with - 1));
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                finding.figures.push_back(
                    {fmt::format("squared output error with γ over without, {} inputs, {}", inputs[i].name,
                                 where),
                     result.output_errors[i], ""});
                ++cases;
                if (result.output_errors[i] < 1) ++improved;
            }
            if (bits == 3 && &weights == &all.front()) {
                shown_error = result.weight_error;
                shown_output = result.output_errors.front();
            }
        }
    }
    finding.figures.push_back({"cases in which the output improves", static_cast<double>(improved), ""});
    finding.figures.push_back({"cases", static_cast<double>(cases), ""});
    const bool moment = furthest < kept;
    finding.verdict = moment && improved == cases ? Verdict::holds : Verdict::does_not_hold;
    finding.explanation = fmt::format(
        "γ {} the second moment (to {:.1e}), but with it the output is nearer to the original in only {} of "
        "{} cases.",
        moment ? "keeps" : "does not keep", furthest, improved, cases);
    finding.counterexample = fmt::format(
        "Gaussian weights in int3: with γ the squared error of the weights is {:.3f} times, that of the "
        "layer's output on "
        "independent inputs {:.3f} times what it is without.",
        shown_error, shown_output);
    return finding;
}

}  // namespace

constinit const Claim second_moment_claim{
    .id = "second-moment",
    .statement =
        "Rescaling by γ = √(E[x²]/E[Q(x)²]) keeps the second moment of the weights and improves the output.",
    .work = "Hasan 2024, Optimizing LLMs through Quantization: a comparative analysis of PTQ and QAT",
    .where = "theory, the scaling factor γ (abstract: \"our proposed scaling factor\")",
    .measured =
        "E[x̂²]/E[x²], the squared error of the weights and that of a layer's output on 64 inputs, "
        "independent, "
        "correlated (0.95 from one to the next) and positive, each with γ over without, one scale a channel.",
    .measure = measure};

}  // namespace halfstep
