// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"
#include "core/claims/trained_networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

// One scale a tensor as well: a first layer of few inputs gains much by one scale a channel.
constexpr std::array notations{"int3:tensor", "int4:tensor", "int3", "int4"};

// How much the loss rises where one layer alone is quantized, first to last.
std::vector<double> loss_increases(const TrainedNetwork& trained, const Scheme& scheme) {
    const double loss = trained.held_out_loss(trained.network);
    std::vector<double> increases;
    for (std::size_t layer = 0; layer < trained.network.layers.size(); ++layer) {
        training::DenseNetwork changed = trained.network;
        changed.layers[layer].weights = training::quantized_weights(changed.layers[layer].weights, scheme);
        increases.push_back(trained.held_out_loss(changed) - loss);
    }
    return increases;
}

// Who suffered most, over all networks and bits.
struct Ranking {
    int trials = 0;
    int both_ends = 0;  // first and last are the two that hurt most
    int one_end = 0;    // the one that hurts most is the first or the last
    double widest = 0;  // by which a layer in between hurts more than both ends
    Sentence counterexample;

    void add(const std::vector<double>& increases, const std::string& where) {
        std::vector<std::size_t> order(increases.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::ranges::sort(order, std::greater(), [&increases](std::size_t i) { return increases[i]; });
        const auto is_end = [last = increases.size() - 1](std::size_t i) { return i == 0 || i == last; };
        ++trials;
        if (is_end(order[0])) ++one_end;
        if (is_end(order[0]) && is_end(order[1])) ++both_ends;
        const double margin = increases[order[0]] - std::max(increases.front(), increases.back());
        if (margin <= widest) return;
        widest = margin;
        counterexample = Sentence(
            "{}: quantizing layer {} of {} alone raises the held-out loss by {:.4f}, the first by {:.4f}, "
            "the last by {:.4f}.",
            where, order[0] + 1, increases.size(), increases[order[0]], increases.front(), increases.back());
    }
};

Ranking rank_layers(ClaimFinding& finding, const JobContext& job) {
    Ranking ranking;
    for (const TrainedNetwork& trained : trained_networks(job)) {
        for (const char* notation : notations) {
            const std::vector<double> increases = loss_increases(trained, parse_scheme(notation));
            for (std::size_t layer = 0; layer < increases.size(); ++layer)
                finding.figures.push_back({fmt::format("rise of the held-out loss, layer {} alone in {}, {}",
                                                       layer + 1, notation, trained.name),
                                           increases[layer], ""});
            ranking.add(increases, fmt::format("{}, {}", trained.name, notation));
        }
    }
    return ranking;
}

// Relative errors of the weights of a model with blocks, under int4 in groups of 64.
struct WeightErrors {
    double ends = 0;  // root mean square over the tensors of the first and last block, embeddings and head
    double middle = 0;
};

std::optional<WeightErrors> weight_errors(const ClaimWeights& weights, const JobContext& job) {
    int last = 0;
    for (const TensorInfo* tensor : weights.tensors)
        last = std::max(last, tensor->block.value_or(0));
    if (last < 2) return std::nullopt;
    const auto measured = measure_on(weights, "int4:g64", job).of_tensors;
    std::array<double, 2> squares{};
    std::array<double, 2> counts{};
    for (std::size_t i = 0; i < measured.size(); ++i) {
        const auto block = weights.tensors[i]->block;
        const std::size_t where = !block || *block == 0 || *block == last ? 0 : 1;
        squares[where] += std::pow(rel_error(measured[i].sums).value_or(0), 2);
        counts[where] += 1;
    }
    return WeightErrors{std::sqrt(squares[0] / counts[0]), std::sqrt(squares[1] / counts[1])};
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    ClaimFinding finding;
    finding.weights = {"trained networks"};
    const Ranking ranking = rank_layers(finding, job);
    finding.figures.push_back({"trials", 1.0 * ranking.trials, ""});
    finding.figures.push_back(
        {"trials in which the first or the last layer hurts most", 1.0 * ranking.one_end, ""});
    finding.figures.push_back(
        {"trials in which both hurt more than all others", 1.0 * ranking.both_ends, ""});
    finding.explanation = Sentence(
        "In {} of {} trials with small dense networks the layer that hurts most is the first or the last, in "
        "{} both hurt more than all others.",
        ranking.one_end, ranking.trials, ranking.both_ends);
    if (inputs.sample) {
        const ClaimWeights weights = quantizable_weights(inputs.name, inputs.sample);
        if (const auto errors = weight_errors(weights, job)) {
            finding.weights.push_back(weights.name);
            finding.figures.push_back({"relative error of the weights at the ends, int4:g64, " + weights.name,
                                       errors->ends * 100, "%"});
            finding.figures.push_back(
                {"relative error of the weights between them, int4:g64, " + weights.name,
                 errors->middle * 100, "%"});
            finding.explanation = Sentence(
                "In {} of {} trials with small dense networks the layer that hurts most is the first or the "
                "last, in {} both hurt more than all others; the {}'s weights lose {:.2f} % at the ends and "
                "{:.2f} % between them.",
                ranking.one_end, ranking.trials, ranking.both_ends, weights.name, errors->ends * 100,
                errors->middle * 100);
        }
    }
    finding.verdict = ranking.both_ends == ranking.trials    ? Verdict::holds
                      : 2 * ranking.one_end > ranking.trials ? Verdict::holds_within_limits
                                                             : Verdict::does_not_hold;
    finding.counterexample = ranking.counterexample;
    return finding;
}

}  // namespace

constinit const Claim end_layers_claim{
    .id = "end-layers",
    .statement = "The first and the last layer are the most sensitive to quantization.",
    .work = reviews,
    .where = "layer sensitivity, mixed precision",
    .measured =
        "Rise of the held-out loss of six trained dense networks of five layers where one layer alone is in "
        "int3 or int4, with one scale a tensor or a channel, and errors of the weights of a model with "
        "blocks (its outputs are not computed).",
    .measure = measure};

}  // namespace halfstep
