// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/sample_allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace halfstep {
namespace {

constexpr double same = 1e-9;
const std::vector<std::string> powers_of_two{"int2:g64", "int4:g64", "int8:g64"};

struct Trial {
    std::string name;
    AllocationSetting setting;
    std::vector<double> budgets;  // bits a weight
};

struct Worst {
    double ratio = 1;  // loss of the closed form over the least
    double budget = 0;
    std::string setting;
};

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const ClaimWeights weights = layered_weights(inputs);
    const std::vector<double> budgets{3, 3.5, 4, 4.5, 5, 5.5, 6};
    const std::array trials{Trial{"int2 to int8", {group_candidates()}, budgets},
                            Trial{"int2 to int8, by role", {group_candidates(), Counting::by_role}, budgets},
                            Trial{"int2, int4 and int8", {powers_of_two}, budgets},
                            Trial{"int2 to int8, ends at 8 bits, fused layers alike",
                                  {group_candidates(), Counting::equal, true},
                                  {5.5, 6, 6.5, 7}}};
    ClaimFinding finding;
    finding.weights = {weights.name};
    Worst worst;
    int optimal = 0;
    int plans = 0;
    for (const Trial& trial : trials) {
        const Allocation allocation = allocation_of(weights, trial.setting, job);
        for (const double bits : trial.budgets) {
            const Budget budget{Budget::Of::bits_per_weight, bits};
            const auto closed = allocation.closed_form(budget);
            if (!closed) continue;
            const double ratio = closed->loss / best_plan(allocation, budget, job).loss;
            finding.figures.push_back(
                {fmt::format("loss over the least, {} bits a weight, {}", bits, trial.name), ratio, ""});
            ++plans;
            if (ratio <= 1 + same) ++optimal;
            if (ratio > worst.ratio) worst = {ratio, bits, trial.name};
        }
    }
    finding.figures.push_back({"plans that are optimal", static_cast<double>(optimal), ""});
    finding.figures.push_back({"plans", static_cast<double>(plans), ""});
    finding.verdict = optimal == plans ? Verdict::holds
                      : optimal > 0    ? Verdict::holds_within_limits
                                       : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "The formula wants real numbers of bits and an error that falls by 4 with each; rounded to formats "
        "that exist and "
        "brought within the budget, {} of {} plans are the best there is, the others lose up to {:.1f} % "
        "more.",
        optimal, plans, (worst.ratio - 1) * 100);
    if (worst.ratio > 1 + same)
        finding.counterexample =
            Sentence("{} bits a weight, {}: {:.2f} % more loss than the proven best plan.", worst.budget,
                     worst.setting, (worst.ratio - 1) * 100);
    return finding;
}

}  // namespace

constinit const Claim bit_allocation_claim{
    .id = "bit-allocation",
    .statement = "Giving each layer b = ½·log2(α·σ²/λ) bits is the optimal allocation.",
    .work = hasan_2024,
    .where = "theory, bit allocation by sensitivity and variance (also in its abstract)",
    .measured =
        "Loss, the sum of squared relative errors, of the closed form, rounded to the formats at hand and "
        "brought "
        "within the budget, over that of the plan that is proven to be the best.",
    .measure = measure};

}  // namespace halfstep
