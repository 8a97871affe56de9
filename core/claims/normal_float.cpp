// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

// All of 4 bits, groups of 64, 32-bit scales: 4.5 bits a weight.
const std::array<std::string, 6> schemes{"nf4",
                                         "int4:g64:s32",
                                         "int4:symfull:g64:s32",
                                         "int4:g64:s32:mse",
                                         "int4:symfull:g64:s32:mse",
                                         "fp4_e2m1:g64:s32"};

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    using enum ToyDistribution;
    const auto all = claim_weights(inputs, {gaussian, laplace, student, uniform});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double plain = 0;        // of int4 by minimum and maximum, Gaussian weights
    double hardest = 1e300;  // of all ways to INT4, Gaussian weights
    std::string hardest_scheme;
    double uniform_ratio = 0;
    for (const ClaimWeights& weights : all) {
        const auto measured = measure_on(weights, schemes, job);
        finding.figures.push_back({"bits a weight, " + weights.name, measured[0].bits_per_weight, "bits"});
        for (std::size_t i = 1; i < measured.size(); ++i) {
            const double ratio = measured[i].sums.error_squared / measured[0].sums.error_squared;
            finding.figures.push_back(
                {fmt::format("squared error of {} over nf4's, {}", schemes[i], weights.name), ratio, ""});
            if (i == 1 && weights.name == "gaussian") plain = ratio;
            if (i == 1 && weights.name == "uniform") uniform_ratio = ratio;
            if (weights.name != "gaussian" || !schemes[i].starts_with("int") || ratio >= hardest) continue;
            hardest = ratio;
            hardest_scheme = schemes[i];
        }
    }
    finding.verdict = plain <= 1     ? Verdict::does_not_hold
                      : hardest <= 1 ? Verdict::holds_within_limits
                                     : Verdict::holds;
    finding.explanation = Sentence(
        "On Gaussian weights INT4 has {:.3f} times the squared error of NF4, and still {:.3f} times in its "
        "best form ({}); on "
        "weights without a bell shape it is another matter: uniform ones have {:.3f} times.",
        plain, hardest, hardest_scheme, uniform_ratio);
    if (hardest <= 1)
        finding.counterexample = Sentence("Gaussian weights in {}: {:.3f} times the squared error of NF4.",
                                          hardest_scheme, hardest);
    return finding;
}

}  // namespace

constinit const Claim normal_float_claim{
    .id = "nf4",
    .statement = "NF4 is more exact than INT4 on weights of a normal distribution.",
    .work = "Dettmers et al. 2023, QLoRA: efficient finetuning of quantized LLMs",
    .where = "4-bit NormalFloat quantization",
    .measured =
        "Squared error of INT4 (±7 and −8 to 7, by minimum and maximum and with the scale of least error) "
        "and FP4 over that of NF4, all in groups of 64 with 32-bit scales, 4.5 bits a weight.",
    .measure = measure};

}  // namespace halfstep
