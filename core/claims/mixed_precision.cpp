// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/sample_allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr double same = 1e-9;

// The loss of one scheme for all over the least with as many bits.
struct Gain {
    std::string scheme;
    double bits = 0;
    double ratio = 1;
};

std::vector<Gain> gains(const ClaimWeights& weights, Counting counting, const JobContext& job) {
    const Allocation allocation = allocation_of(weights, {group_candidates(), counting}, job);
    std::vector<Gain> all;
    for (const UniformChoice& uniform : allocation.uniform_choices()) {
        const double bits = uniform.choice.bits_per_weight;
        const BestChoice best = best_plan(allocation, {Budget::Of::bits_per_weight, bits}, job);
        all.push_back({to_string(uniform.scheme), bits, uniform.choice.loss / best.loss});
    }
    return all;
}

bool beaten(const Gain& gain) {
    return gain.ratio > 1 + same;
}

// One way to count errors on one model.
struct Trial {
    std::string name;
    std::vector<Gain> gains;

    auto beaten_at() const { return std::ranges::count_if(gains, beaten); }
    Gain most() const {
        return std::ranges::max(gains, {}, [](const Gain& gain) { return gain.ratio; });
    }
};

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const ClaimWeights weights = layered_weights(inputs);
    const ClaimWeights equal = equal_layers();
    const std::array trials{
        Trial{weights.name, gains(weights, Counting::equal, job)},
        Trial{weights.name + ", errors counted by role", gains(weights, Counting::by_role, job)},
        Trial{equal.name, gains(equal, Counting::equal, job)}};
    ClaimFinding finding;
    finding.weights = {weights.name, equal.name};
    std::size_t sizes = 0;
    std::size_t won = 0;
    for (const Trial& trial : trials) {
        sizes += trial.gains.size();
        won += static_cast<std::size_t>(trial.beaten_at());
        for (const Gain& gain : trial.gains)
            finding.figures.push_back(
                {fmt::format("loss of {} for all over the best mixture's, {:.3f} bits a weight, {}",
                             gain.scheme, gain.bits, trial.name),
                 gain.ratio, ""});
    }
    finding.verdict = won == sizes ? Verdict::holds
                      : won > 0    ? Verdict::holds_within_limits
                                   : Verdict::does_not_hold;
    const Gain plain = trials[0].most();
    const Gain by_role = trials[1].most();
    finding.explanation = Sentence(
        trials[2].beaten_at() == 0
            ? "The best mixture never is worse; on the {} one format for all loses up to {:.3f} times "
              "as much, {:.3f} times where errors count by role, but with the fewest and the most "
              "bits there is nothing to mix, and layers that are alike gain nothing."
            : "The best mixture never is worse; on the {} one format for all loses up to {:.3f} times "
              "as much, {:.3f} times where errors count by role, but with the fewest and the most "
              "bits there is nothing to mix, and layers that are alike gain little.",
        weights.name, plain.ratio, by_role.ratio);
    const Gain& alike = trials[2].gains[2];  // in the middle: there is room on either side
    finding.counterexample =
        Sentence(beaten(alike)
                     ? "Eight Gaussian layers of one size: the best plan of {:.2f} bits loses nearly as much "
                       "as {} for all ({:.5f} times)."
                     : "Eight Gaussian layers of one size: the best plan of {:.2f} bits loses as much as {} "
                       "for all ({:.5f} times).",
                 alike.bits, alike.scheme, alike.ratio);
    return finding;
}

}  // namespace

constinit const Claim mixed_precision_claim{
    .id = "mixed-precision",
    .statement = "Mixed precision beats uniform precision at the same average number of bits.",
    .work = hasan_2024,
    .where = "mixed-precision quantization (also in its abstract)",
    .measured =
        "Loss, the sum of squared relative errors, of one format for all tensors over that of the proven "
        "best plan "
        "of int2 to int8 in groups of 64 with no more bits.",
    .measure = measure};

}  // namespace halfstep
