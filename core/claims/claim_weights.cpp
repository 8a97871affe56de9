// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_weights.h"

#include "core/base/error.h"
#include "core/model_files/memory_model.h"
#include "core/model_files/row_reader.h"
#include "core/quantize/measure.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"

#include <algorithm>

namespace halfstep {
namespace {

constexpr std::size_t toy_side = 512;

// A claim is measured in many small pieces: what its job reports is which claims are done.
JobContext without_progress(JobContext job) {
    job.progress = nullptr;
    return job;
}

}  // namespace

ClaimWeights quantizable_weights(std::string name, std::shared_ptr<const Model> model) {
    ClaimWeights weights{std::move(name), std::move(model), {}};
    for (const TensorInfo& tensor : weights.model->tensors())
        if (tensor.quantizable && tensor.elements > 0) weights.tensors.push_back(&tensor);
    if (weights.tensors.empty())
        throw Error("it has no weights to quantize", {weights.model->path().string(), {}, {}},
                    "Choose a model with matrices in it");
    return weights;
}

ClaimWeights toy_claim_weights(ToyDistribution distribution) {
    const std::string name(toy_distribution_name(distribution));
    ToyShape shape;
    shape.distribution = distribution;
    const std::uint64_t seed = 1 + static_cast<std::uint64_t>(distribution);
    ClaimWeights weights{name, nullptr, {}};
    weights.model = model_of_matrices(
        name, {{"weight", {toy_side, toy_side}, toy_weights(shape, toy_side * toy_side, seed)}});
    weights.tensors.push_back(&weights.model->tensors().front());
    return weights;
}

std::vector<ClaimWeights> claim_weights(const ClaimInputs& inputs,
                                        std::initializer_list<ToyDistribution> distributions) {
    std::vector<ClaimWeights> all;
    for (const ToyDistribution distribution : distributions)
        all.push_back(toy_claim_weights(distribution));
    if (inputs.sample) all.push_back(quantizable_weights(inputs.name, inputs.sample));
    return all;
}

std::vector<std::string> names_of(std::span<const ClaimWeights> all) {
    std::vector<std::string> names;
    for (const ClaimWeights& weights : all)
        names.push_back(weights.name);
    return names;
}

std::vector<ClaimMeasurement> measure_on(const ClaimWeights& weights, std::span<const std::string> schemes,
                                         const JobContext& job) {
    std::vector<Scheme> parsed;
    for (const std::string& scheme : schemes)
        parsed.push_back(parse_scheme(scheme));
    std::vector<ClaimMeasurement> results(parsed.size());
    double elements = 0;
    for (const TensorMeasurement& tensor :
         measure_tensors(*weights.model, weights.tensors, parsed, without_progress(job))) {
        const auto count = static_cast<double>(tensor.elements);
        elements += count;
        for (std::size_t i = 0; i < results.size(); ++i) {
            results[i].sums += tensor.results[i].sums;
            results[i].bits_per_weight += tensor.results[i].bits_per_weight * count;
            results[i].of_tensors.push_back(tensor.results[i]);
        }
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].scheme = parsed[i];
        results[i].bits_per_weight /= std::max(elements, 1.0);
    }
    return results;
}

ClaimMeasurement measure_on(const ClaimWeights& weights, const std::string& scheme, const JobContext& job) {
    return measure_on(weights, std::span(&scheme, 1), job).front();
}

std::vector<float> values_of(const Model& model, const TensorInfo& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.elements));
    RowReader().read_floats(model, tensor, 0, values);
    return values;
}

Reconstruction reconstructed(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                             const JobContext& job) {
    const JobContext quiet = without_progress(job);
    const MeasuredScheme measured = measure_scheme(model, tensor, scheme, quiet);
    const auto elements = static_cast<std::size_t>(tensor.elements);
    Reconstruction result{std::vector<float>(elements), std::vector<float>(elements)};
    reconstruct_tensor(model, tensor, measured.applied, quiet,
                       [&](std::size_t, const ReconstructedSegment& segment) {
                           const auto at = static_cast<std::ptrdiff_t>(segment.first);
                           std::ranges::copy(segment.reconstruction, result.values.begin() + at);
                           std::ranges::copy(segment.clipped, result.clipped.begin() + at);
                       });
    return result;
}

}  // namespace halfstep
