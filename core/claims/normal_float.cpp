// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

// All of 4 bits, groups of 64, 32-bit scales: 4.5 bits a weight.
const std::array<std::string, 5> schemes{"nf4", "int4:g64:s32", "int4:symfull:g64:s32", "int4:g64:s32:mse",
                                         "fp4_e2m1:g64:s32"};

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    using enum ToyDistribution;
    const auto all = claim_weights(inputs, {gaussian, laplace, student, uniform});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double least_gain_gaussian = 1e300;  // on Gaussian weights, of all the ways to INT4
    std::string hardest;
    double plain_gaussian = 0;
    double plain_uniform = 0;
    std::vector<std::string> lost;
    for (const ClaimWeights& weights : all) {
        const auto measured = measure_on(weights, schemes, job);
        finding.figures.push_back({"bits a weight, " + weights.name, measured[0].bits_per_weight, "bits"});
        for (std::size_t i = 1; i < measured.size(); ++i) {
            const double ratio = measured[i].sums.error_squared / measured[0].sums.error_squared;
            finding.figures.push_back(
                {fmt::format("squared error of {} over nf4's, {}", schemes[i], weights.name), ratio, ""});
            if (i == 1 && ratio < 1) lost.push_back(weights.name);
            if (i == 1 && weights.name == "gaussian") plain_gaussian = ratio;
            if (i == 1 && weights.name == "uniform") plain_uniform = ratio;
            const bool integer = schemes[i].starts_with("int");
            if (integer && weights.name == "gaussian" && ratio < least_gain_gaussian) {
                least_gain_gaussian = ratio;
                hardest = schemes[i];
            }
        }
    }
    const bool plain = plain_gaussian > 1;
    const bool always = least_gain_gaussian > 1 && lost.empty();
    finding.verdict = !plain   ? Verdict::does_not_hold
                      : always ? Verdict::holds
                               : Verdict::holds_within_limits;
    finding.explanation = fmt::format(
        "On Gaussian weights INT4 has {:.3f} times the squared error of NF4, and {:.3f} times ({}) with the "
        "best scale or "
        "code range; NF4's levels are for bell shapes and {} where weights have none.",
        plain_gaussian, least_gain_gaussian, hardest, lost.empty() ? "gain less" : "lose");
    finding.counterexample =
        plain_uniform < 1
            ? fmt::format("Uniform weights: INT4 has {:.3f} times the squared error of NF4.", plain_uniform)
            : std::string();
    return finding;
}

}  // namespace

constinit const Claim normal_float_claim{
    .id = "nf4",
    .statement = "NF4 is more exact than INT4 on weights of a normal distribution.",
    .work = "Dettmers et al. 2023, QLoRA: efficient finetuning of quantized LLMs",
    .where = "4-bit NormalFloat quantization",
    .measured =
        "Squared error of INT4 (±7, −8 to 7, and ±7 with the scale of least error) and FP4 over that of NF4, "
        "all in groups "
        "of 64 with 32-bit scales, 4.5 bits a weight.",
    .measure = measure};

}  // namespace halfstep
