// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"
#include "core/quantize/range.h"
#include "core/quantize/range_mse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr std::array bit_widths{2, 3, 4, 8};
constexpr double as_good = 1.01;  // times the least error

// Twice the scale of minimum and maximum is that of twice their limits.
double error_with_claimed_scale(const ClaimWeights& weights, const Scheme& scheme) {
    double error = 0;
    for (const TensorInfo* tensor : weights.tensors) {
        const std::vector<float> values = values_of(*weights.model, *tensor);
        const auto [low, high] = std::ranges::minmax(values);
        error +=
            rounding_error(values, grid_from_limits(scheme, 2 * low, 2 * high).grid, code_limits(scheme));
    }
    return error;
}

// Mean squared errors, in multiples of the least.
struct Compared {
    double claimed = 0;
    double min_max = 0;
    double scale = 0;  // the claimed scale over the best, of the first tensor
};

Compared compare(const ClaimWeights& weights, int bits, const JobContext& job) {
    const std::array schemes{fmt::format("int{}:asym:tensor", bits),
                             fmt::format("int{}:asym:tensor:mse", bits)};
    const auto measured = measure_on(weights, schemes, job);
    const double least = measured[1].sums.error_squared;
    const double best_scale = static_cast<double>(measured[1].of_tensors.front().scale.value_or(0));
    const double min_max_scale = static_cast<double>(measured[0].of_tensors.front().scale.value_or(0));
    return {error_with_claimed_scale(weights, measured[0].scheme) / least,
            measured[0].sums.error_squared / least, 2 * min_max_scale / best_scale};
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const auto all = claim_weights(inputs, {ToyDistribution::gaussian, ToyDistribution::uniform});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double least_bad = 1e300;
    Compared shown;
    for (const ClaimWeights& weights : all)
        for (const int bits : bit_widths) {
            const Compared compared = compare(weights, bits, job);
            const std::string where = fmt::format("{} bits, {}", bits, weights.name);
            finding.figures.push_back(
                {"claimed scale: squared error over the least, " + where, compared.claimed, ""});
            finding.figures.push_back(
                {"min-max scale: squared error over the least, " + where, compared.min_max, ""});
            if (weights.tensors.size() == 1)
                finding.figures.push_back({"claimed scale over the best, " + where, compared.scale, ""});
            least_bad = std::min(least_bad, compared.claimed);
            if (bits == 4 && &weights == &all.front()) shown = compared;
        }
    finding.verdict = least_bad <= as_good ? Verdict::holds_within_limits : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "The scale of least squared error is smaller everywhere, and already half of the claimed one, the "
        "scale of minimum and maximum, is better: the claimed one has at least {:.1f} times the least error.",
        least_bad);
    finding.counterexample = Sentence(
        "Gaussian weights at 4 bits: the claimed scale is {:.1f} times the best and its squared error {:.1f} "
        "times "
        "the least; minimum and maximum give {:.1f} times.",
        shown.scale, shown.claimed, shown.min_max);
    return finding;
}

}  // namespace

constinit const Claim optimal_scale_claim{
    .id = "optimal-scale",
    .statement = "The scale 2·(max − min)/(2^b − 1) has the least mean squared error.",
    .work = hasan_2024,
    .where = "theory, the optimal scale",
    .measured =
        "Squared error of 2, 3, 4 and 8 bits, asymmetric, one scale a tensor, with the claimed scale, with "
        "that of "
        "minimum and maximum, and with the scale and zero point of least squared error.",
    .measure = measure};

}  // namespace halfstep
