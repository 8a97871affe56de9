// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

const double claimed = 20 * std::log10(2.0);
constexpr double near = 0.1;  // dB

// Both have 2^b codes.
struct Kind {
    const char* range;
    const char* options;
    int most_bits;
};
constexpr std::array kinds{Kind{"min-max", ":asym:tensor", 10},
                           Kind{"least error", ":symfull:tensor:mse", 8}};

struct Step {
    int bits = 0;  // from so many to one more
    double gain = 0;
    std::string where;
};

std::vector<Step> steps(const ClaimWeights& weights, const Kind& kind, const JobContext& job) {
    std::vector<std::string> schemes;
    for (int bits = 2; bits <= kind.most_bits; ++bits)
        schemes.push_back(fmt::format("int{}{}", bits, kind.options));
    const auto measured = measure_on(weights, schemes, job);
    std::vector<Step> all;
    for (std::size_t i = 1; i < measured.size(); ++i)
        all.push_back({static_cast<int>(i) + 1,
                       sqnr_db(measured[i].sums).value_or(0) - sqnr_db(measured[i - 1].sums).value_or(0),
                       fmt::format("{}, {}", kind.range, weights.name)});
    return all;
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    using enum ToyDistribution;
    const auto all = claim_weights(inputs, {uniform, gaussian, laplace, student});
    std::vector<Step> measured;
    for (const ClaimWeights& weights : all)
        for (const Kind& kind : kinds)
            std::ranges::copy(steps(weights, kind, job), std::back_inserter(measured));
    ClaimFinding finding;
    finding.weights = names_of(all);
    int true_steps = 0;
    Step worst{0, claimed, ""};
    for (const Step& step : measured) {
        finding.figures.push_back(
            {fmt::format("gain from {} to {} bits, {}", step.bits, step.bits + 1, step.where), step.gain,
             "dB"});
        if (std::abs(step.gain - claimed) <= near) ++true_steps;
        if (std::abs(step.gain - claimed) > std::abs(worst.gain - claimed)) worst = step;
    }
    const auto count = static_cast<int>(measured.size());
    finding.figures.push_back({"steps within 0.1 dB of 6.02", static_cast<double>(true_steps), ""});
    finding.figures.push_back({"steps", static_cast<double>(count), ""});
    finding.verdict = true_steps == count ? Verdict::holds
                      : true_steps > 0    ? Verdict::holds_within_limits
                                          : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "It holds within 0.1 dB in {} of {} steps: where the range stays and steps are short against the "
        "weights' spread; at few "
        "bits and for heavy tails under min-max it does not, and with the range of least error each bit "
        "gains less.",
        true_steps, count);
    if (true_steps < count)
        finding.counterexample = Sentence("From {} to {} bits, {}: {:+.2f} dB.", worst.bits, worst.bits + 1,
                                          worst.where, worst.gain);
    return finding;
}

}  // namespace

constinit const Claim decibels_claim{
    .id = "decibels-per-bit",
    .statement = "Every bit more gains 6.02 dB of signal over quantization noise.",
    .work = reviews,
    .where = "signal-to-quantization-noise ratio",
    .measured =
        "Gain of SQNR from int2 to int10, one bit after another, asymmetric with one scale a tensor, by "
        "minimum and "
        "maximum and with the range of least squared error.",
    .measure = measure};

}  // namespace halfstep
