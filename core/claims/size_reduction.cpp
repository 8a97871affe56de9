// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/sample_allocation.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

namespace halfstep {
namespace {

constexpr double claimed = 0.68;

struct Mixture {
    const char* few;
    const char* many;
};
constexpr std::array from_float32{Mixture{"int8", "fp32"}, Mixture{"int8", "bf16"},
                                  Mixture{"int4:g64", "fp32"}};
constexpr Mixture from_16_bits{"int4:g64", "int8"};

// How much smaller the model is than with so many bits a weight.
double reduction(const Allocation& allocation, const AllocationChoice& choice, double bits) {
    const AllocationProblem& problem = allocation.problem();
    const auto elements = static_cast<double>(problem.elements() + problem.other_elements);
    return 1 - static_cast<double>(choice.bytes) * 8 / (elements * bits);
}

// The plan of least loss that is smaller by 68 %.
struct Mixed {
    double reduction = 0;
    double share_of_few = 0;    // of the weights
    double relative_error = 0;  // root of the mean squared one of the tensors
};

std::optional<Mixed> mix(const ClaimWeights& weights, const Mixture& mixture, double bits,
                         const JobContext& job) {
    const std::vector<std::string> candidates{mixture.few, mixture.many};
    const Allocation allocation = allocation_of(weights, {candidates}, job);
    const AllocationProblem& problem = allocation.problem();
    const auto elements = static_cast<double>(problem.elements() + problem.other_elements);
    const Budget budget{Budget::Of::bytes, std::floor((1 - claimed) * elements * bits / 8)};
    if (static_cast<double>(allocation.smallest().bytes) > budget.limit) return std::nullopt;
    const BestChoice best = best_plan(allocation, budget, job);
    double few = 0;
    for (std::size_t i = 0; i < problem.tensors.size(); ++i)
        if (to_string(allocation.scheme(best, i)) == mixture.few)
            few += static_cast<double>(problem.tensors[i].elements);
    return Mixed{reduction(allocation, best, bits), few / static_cast<double>(problem.elements()),
                 std::sqrt(best.loss / static_cast<double>(problem.tensors.size()))};
}

void add_mixtures(ClaimFinding& finding, const ClaimWeights& weights, const JobContext& job) {
    const auto add = [&](const char* from, double bits, const Mixture& mixture) {
        const auto mixed = mix(weights, mixture, bits, job);
        if (!mixed) return;
        const std::string where = fmt::format("{} and {}, from {}", mixture.few, mixture.many, from);
        finding.figures.push_back(
            {"reduction of the best plan for 68 %, " + where, mixed->reduction * 100, "%"});
        finding.figures.push_back(
            {fmt::format("share of weights in {}, {}", mixture.few, where), mixed->share_of_few * 100, "%"});
        finding.figures.push_back({"relative error, " + where, mixed->relative_error * 100, "%"});
    };
    for (const Mixture& mixture : from_float32)
        add("float32", 32, mixture);
    add("16 bits", 16, from_16_bits);
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const ClaimWeights weights = layered_weights(inputs);
    const std::vector<std::string> uniform{"int8", "int4:g64"};
    const Allocation allocation = allocation_of(weights, {uniform}, job);
    ClaimFinding finding;
    finding.weights = {weights.name};
    std::array<double, 2> of_float32{};
    std::array<double, 2> of_16_bits{};
    for (std::size_t i = 0; i < uniform.size(); ++i) {
        const AllocationChoice& choice = allocation.uniform_choices()[i].choice;
        of_float32[i] = reduction(allocation, choice, 32);
        of_16_bits[i] = reduction(allocation, choice, 16);
        finding.figures.push_back(
            {uniform[i] + " for all: reduction from float32", of_float32[i] * 100, "%"});
        finding.figures.push_back(
            {uniform[i] + " for all: reduction from 16 bits", of_16_bits[i] * 100, "%"});
    }
    add_mixtures(finding, weights, job);
    const bool reached = of_float32[1] >= claimed;
    const bool always = of_16_bits[0] >= claimed;
    finding.verdict = !reached ? Verdict::does_not_hold
                      : always ? Verdict::holds
                               : Verdict::holds_within_limits;
    finding.explanation = Sentence(
        "68 % is a choice, no limit: from float32, INT8 alone takes {:.1f} % off and INT4 {:.1f} %, so 68 % "
        "leaves part "
        "of the model as it is; from 16 bits INT8 takes {:.1f} % off and 68 % needs a mixture with INT4.",
        of_float32[0] * 100, of_float32[1] * 100, of_16_bits[0] * 100);
    finding.counterexample = Sentence("The {} from 16 bits to INT8: {:.1f} % smaller, not 68 %.",
                                      weights.name, of_16_bits[0] * 100);
    return finding;
}

}  // namespace

constinit const Claim size_reduction_claim{
    .id = "size-reduction",
    .statement = "Quantization makes a model up to about 68 % smaller.",
    .work = hasan_2024,
    .where = "abstract",
    .measured =
        "Bytes of the whole model with scales, in INT8, in INT4 (groups of 64), and of the proven best "
        "mixtures of two "
        "formats that are 68 % smaller, from float32 and from 16 bits a weight.",
    .measure = measure};

}  // namespace halfstep
