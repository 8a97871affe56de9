// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"
#include "core/model_files/memory_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace halfstep {
namespace {

constexpr double claimed_bound = 1 - 1 / std::numbers::sqrt2;
constexpr const char* fine = "log8:tensor";     // 127 octaves: no weight is too small for them
constexpr const char* coarse = "log4:channel";  // 7 octaves

// Every 65,536th of the octave from 1 to 2.
ClaimWeights an_octave() {
    constexpr std::size_t count = 65'536;
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = 1 + static_cast<float>(i) / static_cast<float>(count);
    ClaimWeights weights{
        "one octave", model_of_matrices("octave", {{"weight", {1, count}, std::move(values)}}), {}};
    weights.tensors.push_back(&weights.model->tensors().front());
    return weights;
}

// Relative errors of the weights that are not 0.
struct RelativeErrors {
    double down = 0;  // largest where |x̂| < |x|, but for 0
    double up = 0;
    float worst = 0;  // the weight of the largest error upwards, and what becomes of it
    float becomes = 0;
    double beyond = 0;  // share of weights with errors above the claimed bound
    double lost = 0;    // share of weights that become 0
};

RelativeErrors relative_errors(const ClaimWeights& weights, const char* scheme, const JobContext& job) {
    RelativeErrors result;
    double count = 0;
    for (const TensorInfo* tensor : weights.tensors) {
        const std::vector<float> values = values_of(*weights.model, *tensor);
        const Reconstruction back = reconstructed(*weights.model, *tensor, parse_scheme(scheme), job);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i] == 0) continue;
            ++count;
            const double error = static_cast<double>(back.values[i]) / static_cast<double>(values[i]) - 1;
            if (std::abs(error) > claimed_bound) ++result.beyond;
            if (back.values[i] == 0) {
                ++result.lost;
            } else if (error < 0) {
                result.down = std::max(result.down, -error);
            } else if (error > result.up) {
                result.up = error;
                result.worst = values[i];
                result.becomes = back.values[i];
            }
        }
    }
    result.beyond /= count;
    result.lost /= count;
    return result;
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    const ClaimWeights octave = an_octave();
    const RelativeErrors found = relative_errors(octave, fine, job);
    ClaimFinding finding;
    finding.weights = {octave.name};
    finding.figures = {{"largest relative error downwards, one octave", found.down, ""},
                       {"largest relative error upwards, one octave", found.up, ""}};
    double largest = std::max(found.down, found.up);
    double lost = 0;
    for (const ClaimWeights& weights : claim_weights(inputs, {ToyDistribution::gaussian})) {
        const RelativeErrors errors = relative_errors(weights, fine, job);
        finding.weights.push_back(weights.name);
        finding.figures.push_back(
            {"largest relative error, " + weights.name, std::max(errors.down, errors.up), ""});
        finding.figures.push_back({"share of weights above 0.293, " + weights.name, errors.beyond, ""});
        largest = std::max({largest, errors.down, errors.up});
        lost = relative_errors(weights, coarse, job).lost;
        finding.figures.push_back(
            {fmt::format("share of weights that become 0, {}, {}", coarse, weights.name), lost, ""});
    }
    finding.verdict = largest <= claimed_bound + 1e-6 ? Verdict::holds : Verdict::does_not_hold;
    finding.explanation = Sentence(
        "The bound is that of rounding down ({:.4f}); rounding up goes to √2 − 1, {:.4f} measured, and "
        "weights below "
        "the smallest power become 0, a relative error of 1.",
        found.down, found.up);
    finding.counterexample =
        Sentence("{:.5f} becomes {:g}: a relative error of {:.4f}.", found.worst, found.becomes, found.up);
    return finding;
}

}  // namespace

constinit const Claim log_error_claim{
    .id = "log2-error",
    .statement = "Rounding to a power of two is off by at most 1 − 2^(−1/2), 29.3 % of the weight.",
    .work = reviews,
    .where = "logarithmic quantization",
    .measured =
        "Relative error |x̂ − x|/|x| of every weight of an octave in steps of 2^-16, of Gaussian and of real "
        "weights "
        "under log8, which has every power they need, and the weights that log4 has no power for.",
    .measure = measure};

}  // namespace halfstep
