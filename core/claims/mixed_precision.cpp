// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/sample_allocation.h"

#include <fmt/format.h>

#include <algorithm>

namespace halfstep {
namespace {

constexpr double same = 1e-9;

// The loss of one scheme for all over the least with as many bits.
struct Gain {
    std::string scheme;
    double bits = 0;
    double ratio = 1;
};

std::vector<Gain> gains(const ClaimWeights& weights, const JobContext& job) {
    const Allocation allocation = allocation_of(weights, group_candidates(), false, job);
    std::vector<Gain> all;
    for (const UniformChoice& uniform : allocation.uniform_choices()) {
        KnapsackLimits limits;
        limits.stop = job.stop;
        const BestChoice best =
            allocation.best({Budget::Of::bits_per_weight, uniform.choice.bits_per_weight}, limits);
        all.push_back(
            {to_string(uniform.scheme), uniform.choice.bits_per_weight, uniform.choice.loss / best.loss});
    }
    return all;
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const ClaimWeights weights = layered_weights(inputs);
    const ClaimWeights equal = equal_layers();
    ClaimFinding finding;
    finding.weights = {weights.name, equal.name};
    const auto add = [&finding](const ClaimWeights& of, const std::vector<Gain>& all) {
        for (const Gain& gain : all)
            finding.figures.push_back(
                {fmt::format("loss of {} for all over the best mixture's, {:.3f} bits a weight, {}",
                             gain.scheme, gain.bits, of.name),
                 gain.ratio, ""});
    };
    const std::vector<Gain> real = gains(weights, job);
    const std::vector<Gain> alike = gains(equal, job);
    add(weights, real);
    add(equal, alike);
    const auto by_ratio = [](const Gain& gain) { return gain.ratio; };
    const Gain most = std::ranges::max(real, {}, by_ratio);
    const auto beaten = [](const Gain& gain) { return gain.ratio > 1 + same; };
    // With the fewest and the most bits that there are, no other plan is possible.
    const auto between = std::ranges::count_if(real, beaten);
    const auto between_alike = std::ranges::count_if(alike, beaten);
    finding.verdict = between == 0                                             ? Verdict::does_not_hold
                      : std::ranges::all_of(real, beaten) && between_alike > 0 ? Verdict::holds
                                                                               : Verdict::holds_within_limits;
    finding.explanation = fmt::format(
        "On the {} a mixture is better at {} of {} sizes (up to {:.2f} times, at {:.2f} bits); it never is "
        "worse, but it needs "
        "formats on either side and layers that differ.",
        weights.name, between, real.size(), most.ratio, most.bits);
    const Gain least = std::ranges::min(alike, {}, by_ratio);
    const Gain middle = alike[alike.size() / 2];
    finding.counterexample = fmt::format(
        "Eight Gaussian layers of one size: the best plan of {:.2f} bits loses {} {} for all ({:.4f} times).",
        middle.bits, middle.ratio <= 1 + same ? "exactly as much as" : "nearly as much as", middle.scheme,
        std::max(middle.ratio, least.ratio));
    return finding;
}

}  // namespace

constinit const Claim mixed_precision_claim{
    .id = "mixed-precision",
    .statement = "Mixed precision beats uniform precision at the same average number of bits.",
    .work = "Hasan 2024, Optimizing LLMs through Quantization: a comparative analysis of PTQ and QAT",
    .where = "mixed-precision quantization (also in its abstract)",
    .measured =
        "Loss, the sum of squared relative errors, of one format for all tensors over that of the proven "
        "best plan "
        "of int2 to int8 in groups of 64 with no more bits.",
    .measure = measure};

}  // namespace halfstep
