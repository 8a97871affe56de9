// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/training/quantization_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr std::array bit_widths{2, 3, 4, 8};
constexpr int claimed_up_to = 4;

// One number of bits on one data set, all seeds.
struct Contest {
    std::string data;
    int bits = 0;
    std::size_t seeds = 0;
    std::size_t won = 0;  // by QAT
    double ptq = 0;       // mean held-out losses
    double qat = 0;
    double floating = 0;
};

std::vector<Contest> contests(const char* data, const JobContext& job) {
    training::ExperimentRequest request = training::default_experiment(data);
    request.seeds = {1, 2, 3};
    request.schemes.clear();
    for (const int bits : bit_widths)
        request.schemes.push_back(parse_scheme(fmt::format("int{}", bits)));
    JobContext quiet = job;
    quiet.progress = nullptr;
    std::vector<Contest> all;
    const auto outcomes = training::compare_ptq_and_qat(request, quiet);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& seeds = outcomes[i].seeds;
        const auto mean = [&seeds](training::Evaluation training::SeedOutcome::*which) {
            return training::summary_of(seeds, which).mean_loss;
        };
        all.push_back({data, bit_widths[i], seeds.size(), outcomes[i].qat_below_ptq(),
                       mean(&training::SeedOutcome::ptq), mean(&training::SeedOutcome::qat),
                       mean(&training::SeedOutcome::float_network)});
    }
    return all;
}

ClaimFinding measure(const ClaimInputs&, const JobContext& job) {
    ClaimFinding finding;
    std::size_t won = 0;
    std::size_t trials = 0;
    std::size_t won_beyond = 0;
    std::size_t trials_beyond = 0;
    Sentence lost;
    for (const char* data : {"spirals", "moons", "waves"}) {
        finding.weights.push_back(fmt::format("networks trained on {}", data));
        for (const Contest& contest : contests(data, job)) {
            const std::string where = fmt::format("int{}, {}", contest.bits, data);
            finding.figures.push_back(
                {"held-out loss, quantized after training (PTQ), " + where, contest.ptq, ""});
            finding.figures.push_back(
                {"held-out loss, quantized in training (QAT), " + where, contest.qat, ""});
            finding.figures.push_back({"held-out loss in float, " + where, contest.floating, ""});
            finding.figures.push_back(
                {"seeds of 3 on which QAT is better, " + where, 1.0 * static_cast<double>(contest.won), ""});
            const bool claimed = contest.bits <= claimed_up_to;
            (claimed ? won : won_beyond) += contest.won;
            (claimed ? trials : trials_beyond) += contest.seeds;
            if (claimed && contest.won < contest.seeds && lost.empty())
                lost = Sentence("{}: on {} of {} seeds PTQ is no worse (mean losses {:.4f} and {:.4f}).",
                                where, contest.seeds - contest.won, contest.seeds, contest.ptq, contest.qat);
        }
    }
    finding.verdict = won == trials      ? Verdict::holds
                      : 2 * won > trials ? Verdict::holds_within_limits
                                         : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "With 2 to 4 bits QAT has the lower held-out loss in {} of {} trainings, with 8 bits in {} of {}, "
        "where there is nothing "
        "left to win.",
        won, trials, won_beyond, trials_beyond);
    finding.counterexample = lost;
    return finding;
}

}  // namespace

constinit const Claim quantization_aware_claim{
    .id = "qat",
    .statement = "Quantization-aware training beats quantization after training at 4 bits and below.",
    .work = hasan_2024,
    .where = "comparison of PTQ and QAT",
    .measured =
        "Held-out loss of dense networks (two hidden layers of 32) that are trained on with quantization in "
        "the loop, and "
        "of the same networks trained on as long in float and quantized then; three seeds, three data sets.",
    .measure = measure};

}  // namespace halfstep
