// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

struct Storage {
    const char* name;
    const char* options;
};
constexpr std::array storages{
    Storage{"one scale a tensor", ":tensor"}, Storage{"one a channel", ""},
    Storage{"one a group of 128", ":g128"},   Storage{"one a group of 64", ":g64"},
    Storage{"one a group of 32", ":g32"},     Storage{"one a group of 32, asymmetric", ":asym:g32"}};

// How many times smaller a model gets. Tensors that are not quantizable stay as they are stored.
struct Shrunk {
    double of_float32 = 0;
    double of_stored = 0;  // from the types that its file has
};

Shrunk shrink(const Model& model, const Scheme& scheme) {
    double bits = 0;
    double stored = 0;
    for (const TensorInfo& tensor : model.tensors()) {
        const MatrixShape shape = matrix_shape(tensor);
        stored += static_cast<double>(tensor.bytes) * 8;
        bits += tensor.quantizable
                    ? static_cast<double>(stored_bits(scheme, shape.channels, shape.inputs, tensor.dtype))
                    : static_cast<double>(tensor.bytes) * 8;
    }
    return {static_cast<double>(model.parameters()) * 32 / bits, stored / bits};
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    job.throw_if_stopped();
    const auto all = claim_weights(inputs, {ToyDistribution::gaussian});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double furthest = 0;
    double least = 8;
    std::string least_name;
    for (const ClaimWeights& weights : all)
        for (const int bits : {8, 4})
            for (const Storage& storage : storages) {
                const Shrunk shrunk =
                    shrink(*weights.model, parse_scheme(fmt::format("int{}{}", bits, storage.options)));
                const std::string where = fmt::format("int{}, {}, {}", bits, storage.name, weights.name);
                finding.figures.push_back({"times smaller than float32, " + where, shrunk.of_float32, ""});
                if (weights.model == inputs.sample)
                    finding.figures.push_back(
                        {"times smaller than its file, " + where, shrunk.of_stored, ""});
                const double claimed = 32.0 / bits;
                furthest = std::max(furthest, (claimed - shrunk.of_float32) / claimed);
                if (bits == 4 && shrunk.of_float32 < least) {
                    least = shrunk.of_float32;
                    least_name = storage.name;
                }
            }
    finding.verdict = furthest <= 0.001 ? Verdict::holds : Verdict::holds_within_limits;
    finding.explanation = Sentence(
        "Against float32 and with one scale a tensor or channel it is nearly so; scales and zero points of "
        "groups take up "
        "to {:.0f} % of it, and a model that is stored in 16 bits gets half as much smaller.",
        furthest * 100);
    finding.counterexample =
        Sentence("int4 with {} is {:.2f} times smaller than float32, not 8.", least_name, least);
    return finding;
}

}  // namespace

constinit const Claim size_claim{
    .id = "size",
    .statement = "INT8 makes a model four times smaller, INT4 eight times.",
    .work = "Wu et al. 2020, Integer quantization for deep learning inference",
    .where = "benefits of lower precision (4 and 8 times less to move than float32)",
    .measured =
        "All stored bits, scales and zero points included (16 bits a scale for groups, 32 otherwise), of a "
        "matrix "
        "of 512 x 512 and of the whole sample, whose norms stay as they are.",
    .measure = measure};

}  // namespace halfstep
