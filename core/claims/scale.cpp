// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/figure_text.h"
#include "core/base/job_phases.h"
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/scale_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace halfstep {
namespace {

constexpr double claimed_error = 0.06;
constexpr std::size_t with_outputs = 2;
constexpr std::array notations{"int8", "int4:g64", "int4:g32", "int4:g128", "nf4"};

struct Measured {
    const ScaleModel* model = nullptr;
    std::vector<ScaleOutcome> outcomes;
    double seconds = 0;

    double times_smaller(std::size_t scheme) const {
        return static_cast<double>(model->parameters()) * 32 / static_cast<double>(outcomes[scheme].bits);
    }
};

std::vector<Measured> measure_models(const JobContext& job) {
    std::vector<Scheme> schemes;
    for (const char* notation : notations)
        schemes.push_back(parse_scheme(notation));
    double weights = 0;
    for (const ScaleModel& model : scale_models())
        weights += static_cast<double>(model.parameters());
    std::vector<Measured> all;
    double done = 0;
    for (const ScaleModel& model : scale_models()) {
        const auto start = std::chrono::steady_clock::now();
        const double share = static_cast<double>(model.parameters()) / weights;
        auto outcomes = quantize_at_scale(model, schemes, with_outputs, phase_of(job, done, done + share));
        done = std::min(done + share, 1.0);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        all.push_back({&model, std::move(outcomes), taken.count()});
    }
    return all;
}

void add_figures(ClaimFinding& finding, const Measured& measured) {
    const std::string& name = measured.model->name;
    finding.figures.push_back({"weights, " + name, static_cast<double>(measured.model->parameters()), ""});
    for (std::size_t i = 0; i < measured.outcomes.size(); ++i) {
        const ScaleOutcome& outcome = measured.outcomes[i];
        const std::string where = fmt::format("{}, {}", notations[i], name);
        finding.figures.push_back({"times smaller than float32, " + where, measured.times_smaller(i), ""});
        finding.figures.push_back(
            {"relative error of the weights, " + where, rel_error(outcome.sums).value_or(0) * 100, "%"});
        if (i >= with_outputs) continue;
        finding.figures.push_back(
            {"relative error of the outputs, " + where, outcome.output_error * 100, "%"});
        finding.figures.push_back({"Π(1 + ε) − 1 over its layers, " + where, outcome.all_aligned * 100, "%"});
    }
    finding.timings.push_back({"seconds, " + name, measured.seconds, "s"});
}

ClaimFinding measure(const ClaimInputs&, const JobContext& job) {
    const std::vector<Measured> all = measure_models(job);
    ClaimFinding finding;
    finding.weights = {"random layers"};
    for (const Measured& measured : all)
        add_figures(finding, measured);
    const Measured& small = all.front();
    const Measured& large = all.back();
    double int8 = 0;
    double int4 = 0;
    for (const Measured& measured : all) {
        int8 = std::max(int8, measured.outcomes[0].output_error);
        int4 = std::max(int4, measured.outcomes[1].output_error);
    }
    const bool small_within = small.outcomes[0].output_error <= claimed_error;
    finding.verdict = std::max(int8, int4) <= claimed_error ? Verdict::holds
                      : small_within                        ? Verdict::holds_within_limits
                                                            : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "Sizes and the error of the weights are the same at every scale (INT8 {:.2f} times smaller at {} "
        "weights), but errors "
        "add up with depth: INT8 moves the outputs by {} over {} layers and by {} over {}, INT4 by {} and "
        "{}.",
        large.times_smaller(0), count_text(large.model->parameters()),
        percent(small.outcomes[0].output_error), small.model->layers, percent(large.outcomes[0].output_error),
        large.model->layers, percent(small.outcomes[1].output_error),
        percent(large.outcomes[1].output_error));
    finding.counterexample =
        Sentence("INT4 in groups of 64 over {} layers of {}: outputs off by {}.", large.model->layers,
                 large.model->width, percent(large.outcomes[1].output_error));
    return finding;
}

}  // namespace

constinit const Claim scale_claim{
    .id = "scale",
    .statement =
        "From 10 million to 1 billion weights, quantized models are four (INT8) or eight (INT4) times "
        "smaller and stay "
        "within 6 % of full precision.",
    .work = hasan_2024,
    .where = "abstract (10M to 1B parameters, within 6 % of full precision; it measures language models)",
    .measured =
        "Stored bits, error of the weights, and relative error of the outputs on four random inputs, of "
        "dense ReLU "
        "networks with random weights (no trained ones: accuracy is not measured), 10 x 1024, 20 x 2048 and "
        "50 x 4096.",
    .at_scale = true,
    .measure = measure};

}  // namespace halfstep
