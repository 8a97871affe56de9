// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

// What float32 may add: the product x·(1/s) is off by a few units of 2^-24 of up to 127 steps.
constexpr double float_allowance = 1e-4;
constexpr const char* clipping_scheme = "int4:tensor:pct99";

double half_steps(double error, const Measurement& measurement) {
    return error / (static_cast<double>(measurement.scale.value_or(0)) / 2);
}

// The largest error of any weight, in half steps of its tensor.
double worst(std::span<const ClaimWeights> all, int bits, const JobContext& job) {
    double largest = 0;
    for (const ClaimWeights& weights : all)
        for (const Measurement& tensor :
             measure_on(weights, fmt::format("int{}:tensor", bits), job).of_tensors)
            if (tensor.sums.max_abs_error > 0)
                largest = std::max(largest, half_steps(tensor.sums.max_abs_error, tensor));
    return largest;
}

// Where the range ends before the weights do.
struct Clipped {
    double inside = 0;  // largest error of the weights that are not clipped, in half steps
    double outside = 0;
    float weight = 0;  // that has the largest error, and what becomes of it
    float becomes = 0;
};

Clipped beyond_the_range(const ClaimWeights& weights, const JobContext& job) {
    const TensorInfo& tensor = *weights.tensors.front();
    const Measurement measured = measure_on(weights, clipping_scheme, job).of_tensors.front();
    const std::vector<float> values = values_of(*weights.model, tensor);
    const Reconstruction back = reconstructed(*weights.model, tensor, measured.scheme, job);
    Clipped result;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = std::abs(static_cast<double>(values[i]) - static_cast<double>(back.values[i]));
        const double steps = half_steps(error, measured);
        if (back.clipped[i] == 0) {
            result.inside = std::max(result.inside, steps);
        } else if (steps > result.outside) {
            result.outside = steps;
            result.weight = values[i];
            result.becomes = back.values[i];
        }
    }
    return result;
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    using enum ToyDistribution;
    const auto all = claim_weights(inputs, {gaussian, laplace, uniform});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double largest = 0;
    for (int bits = 2; bits <= 8; ++bits) {
        const double ratio = worst(all, bits, job);
        finding.figures.push_back({fmt::format("largest error in half steps, int{}", bits), ratio, ""});
        largest = std::max(largest, ratio);
    }
    const Clipped clipped = beyond_the_range(all.front(), job);
    finding.figures.push_back(
        {fmt::format("largest error in half steps, {}, inside the range", clipping_scheme), clipped.inside,
         ""});
    finding.figures.push_back(
        {fmt::format("largest error in half steps, {}, beyond the range", clipping_scheme), clipped.outside,
         ""});
    largest = std::max(largest, clipped.inside);
    const bool bounded = largest <= 1 + float_allowance;
    finding.verdict = bounded ? Verdict::holds_within_limits : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "No weight inside the range of its scale is off by more than {:.7f} half steps (what is above 1 is "
        "float32 "
        "rounding); beyond the range there is no bound.",
        largest);
    finding.counterexample =
        Sentence("Under {} the Gaussian weight {:.4f} becomes {:.4f}: {:.1f} half steps.", clipping_scheme,
                 clipped.weight, clipped.becomes, clipped.outside);
    return finding;
}

}  // namespace

constinit const Claim rounding_error_claim{
    .id = "rounding-error",
    .statement = "Rounding moves a weight by at most half a step, Δ/2.",
    .work = reviews,
    .where = "error of a uniform quantizer",
    .measured =
        "Largest |x − x̂| of any weight over half its scale, int2 to int8 with one scale a tensor: by minimum "
        "and maximum, where no weight is clipped, and with the range cut at the 99th percentile.",
    .measure = measure};

}  // namespace halfstep
