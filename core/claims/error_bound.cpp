// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/trained_networks.h"
#include "core/training/error_accumulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

using training::DenseNetwork;

constexpr std::array schemes{"int8", "int4", "int3"};
constexpr std::array<std::size_t, 3> depths{4, 16, 32};
constexpr std::size_t width = 256;

// One network under one scheme, at its last layer.
struct Case {
    std::string name;
    double drift = 0;
    double bound = 0;
};

Case case_of(const std::string& name, const DenseNetwork& network, const char* scheme,
             const training::Batch& inputs) {
    const auto accumulated = training::accumulated_quantization(network, parse_scheme(scheme), inputs);
    const training::DepthError& last = accumulated.layers.back();
    return {fmt::format("{}, {}", scheme, name), last.drift, last.all_aligned};
}

void add_random_networks(std::vector<Case>& cases, const JobContext& job) {
    for (const std::size_t depth : depths) {
        const std::vector<std::size_t> sizes(depth + 1, width);
        const DenseNetwork network = training::initial_network(sizes, depth);
        const training::Batch inputs = training::normal_batch(16, width, depth + 1);
        for (const char* scheme : schemes) {
            job.throw_if_stopped();
            cases.push_back(case_of(fmt::format("{} random layers", depth), network, scheme, inputs));
        }
    }
}

// y = x − 0.99·x: the two halves of the signal cancel, their errors do not.
DenseNetwork cancelling_network() {
    DenseNetwork network;
    network.layers.push_back({training::Batch(2, 1, {1.0F, 0.99F}), {0, 0}});
    network.layers.push_back({training::Batch(1, 2, {1.0F, -1.0F}), {0}});
    return network;
}

ClaimFinding measure(const ClaimInputs&, const JobContext& job) {
    std::vector<Case> cases;
    add_random_networks(cases, job);
    for (const TrainedNetwork& trained : trained_networks(job))
        for (const char* scheme : schemes)
            cases.push_back(case_of("trained on " + trained.name, trained.network, scheme,
                                    trained.data->held_out.inputs));
    const Case cancelling = case_of("a network that subtracts", cancelling_network(), "int8:tensor",
                                    training::Batch(1, 1, {1.0F}));
    ClaimFinding finding;
    finding.weights = {"random layers", "trained networks", "a network that subtracts"};
    int within = 0;
    double nearest = 0;
    double furthest = 1e300;
    for (const Case& each : cases) {
        finding.figures.push_back({"relative error of the outputs, " + each.name, each.drift * 100, "%"});
        finding.figures.push_back({"Π(1 + ε) − 1, " + each.name, each.bound * 100, "%"});
        if (each.drift <= each.bound) ++within;
        nearest = std::max(nearest, each.drift / each.bound);
        furthest = std::min(furthest, each.drift / each.bound);
    }
    finding.figures.push_back(
        {"relative error of the outputs, " + cancelling.name, cancelling.drift * 100, "%"});
    finding.figures.push_back({"Π(1 + ε) − 1, " + cancelling.name, cancelling.bound * 100, "%"});
    const auto count = static_cast<int>(cases.size());
    const bool cancels = cancelling.drift > cancelling.bound;
    finding.verdict = within == count && !cancels ? Verdict::holds
                      : within > 0                ? Verdict::holds_within_limits
                                                  : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "{} of {} random and trained networks stay below it, at {:.3f} to {:.2f} times, because errors of "
        "many weights point "
        "everywhere; but it is no bound: where a layer's outputs cancel, the signal shrinks and its error "
        "does not.",
        within, count, furthest, nearest);
    if (cancels)
        finding.counterexample =
            Sentence("y = x − 0.99·x in {}: the output is off by {:.1f} %, the bound says {:.2f} %.", "int8",
                     cancelling.drift * 100, cancelling.bound * 100);
    return finding;
}

}  // namespace

constinit const Claim error_bound_claim{
    .id = "error-bound",
    .statement = "Errors ε of the layers add up to at most Π(1 + ε) − 1 at the output of a network.",
    .work = hasan_2024,
    .where = "theory, accumulation of errors",
    .measured =
        "Relative error of the last layer's outputs where all layers are quantized, beside the bound with ε "
        "= ‖Ŵ − W‖/‖W‖, of "
        "random ReLU networks of 4, 16 and 32 layers, of six trained ones, and of one made to cancel.",
    .measure = measure};

}  // namespace halfstep
