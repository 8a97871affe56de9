// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/scale_models.h"

#include "core/base/parallel.h"
#include "core/lessons/toy_weights.h"
#include "core/model_files/memory_model.h"
#include "core/quantize/measure.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t vectors = 4;
constexpr std::uint64_t first_seed = 1'000;

// Four vectors side by side: element i of all of them, then element i + 1.
using Activations = std::vector<float>;

Activations random_inputs(std::size_t width) {
    return toy_weights({}, width * vectors, first_seed - 1);
}

std::shared_ptr<const Model> make_layer(const ScaleModel& model, std::size_t layer, const JobContext& job) {
    constexpr std::size_t chunk = 65'536;
    ToyShape shape;
    shape.deviation = std::sqrt(2 / static_cast<double>(model.width));
    std::vector<float> values(model.width * model.width);
    parallel_for((values.size() + chunk - 1) / chunk, job, [&](std::size_t index, unsigned) {
        const std::size_t first = index * chunk;
        fill_toy_weights(shape, first_seed + layer, first,
                         std::span(values).subspan(first, std::min(chunk, values.size() - first)));
    });
    return model_of_matrices(model.name, {{"weight", {model.width, model.width}, std::move(values)}});
}

// y += w·x for a piece of a row.
void accumulate(std::span<const float> weights, const float* x, std::array<double, vectors>& y) {
    std::array<float, vectors> sums{};
    for (std::size_t i = 0; i < weights.size(); ++i)
        for (std::size_t v = 0; v < vectors; ++v)
            sums[v] += weights[i] * x[i * vectors + v];
    for (std::size_t v = 0; v < vectors; ++v)
        y[v] += static_cast<double>(sums[v]);
}

// What leaves a layer under one scheme, and what leaves the original: ReLU(Ŵ·x̂) and ReLU(W·x).
class LayerOutputs {
  public:
    LayerOutputs(std::size_t width, const Activations& original, const Activations& quantized)
        : width_(width),
          original_in_(original),
          quantized_in_(quantized),
          original_(width),
          quantized_(width) {}

    // Rows do not cross parts, so that every sum has one order.
    void take(const ReconstructedSegment& segment) {
        for (std::size_t i = 0; i < segment.values.size();) {
            const std::size_t element = static_cast<std::size_t>(segment.first) + i;
            const std::size_t row = element / width_;
            const std::size_t column = element % width_;
            const std::size_t count = std::min(width_ - column, segment.values.size() - i);
            accumulate(segment.values.subspan(i, count), original_in_.data() + column * vectors,
                       original_[row]);
            accumulate(segment.reconstruction.subspan(i, count), quantized_in_.data() + column * vectors,
                       quantized_[row]);
            i += count;
        }
    }

    Activations original() const { return rectified(original_); }
    Activations quantized() const { return rectified(quantized_); }

  private:
    using Sums = std::vector<std::array<double, vectors>>;

    static Activations rectified(const Sums& sums) {
        Activations outputs;
        outputs.reserve(sums.size() * vectors);
        for (const auto& row : sums)
            for (const double value : row)
                outputs.push_back(static_cast<float>(std::max(value, 0.0)));
        return outputs;
    }

    std::size_t width_;
    const Activations& original_in_;
    const Activations& quantized_in_;
    Sums original_;
    Sums quantized_;
};

double relative_distance(const Activations& original, const Activations& changed) {
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < original.size(); ++i) {
        const auto value = static_cast<double>(original[i]);
        difference += std::pow(static_cast<double>(changed[i]) - value, 2);
        norm += value * value;
    }
    return norm > 0 ? std::sqrt(difference / norm) : 0;
}

}  // namespace

std::span<const ScaleModel> scale_models() {
    static const std::array models{ScaleModel{"10 x 1024", 10, 1024}, ScaleModel{"20 x 2048", 20, 2048},
                                   ScaleModel{"50 x 4096", 50, 4096}};
    return models;
}

std::vector<ScaleOutcome> quantize_at_scale(const ScaleModel& model, std::span<const Scheme> schemes,
                                            std::size_t with_outputs, const JobContext& job) {
    JobContext quiet = job;
    quiet.progress = nullptr;
    std::vector<ScaleOutcome> outcomes;
    for (const Scheme& scheme : schemes)
        outcomes.emplace_back().scheme = scheme;
    Activations original = random_inputs(model.width);
    std::vector<Activations> quantized(with_outputs, original);
    for (std::size_t layer = 0; layer < model.layers; ++layer) {
        const auto matrix = make_layer(model, layer, quiet);
        const TensorInfo& tensor = matrix->tensors().front();
        const auto measured = measure_tensor(*matrix, tensor, schemes, quiet);
        for (std::size_t i = 0; i < schemes.size(); ++i) {
            const ErrorSums& sums = measured.results[i].sums;
            outcomes[i].sums += sums;
            outcomes[i].bits += stored_bits(schemes[i], model.width, model.width, tensor.dtype);
            outcomes[i].all_aligned = (1 + outcomes[i].all_aligned) * (1 + rel_error(sums).value_or(0)) - 1;
        }
        Activations next;
        for (std::size_t i = 0; i < with_outputs; ++i) {
            const MeasuredScheme scheme = measure_scheme(*matrix, tensor, schemes[i], quiet);
            LayerOutputs outputs(model.width, original, quantized[i]);
            reconstruct_tensor(
                *matrix, tensor, scheme.applied, quiet,
                [&](std::size_t, const ReconstructedSegment& segment) { outputs.take(segment); });
            next = outputs.original();
            quantized[i] = outputs.quantized();
        }
        original = std::move(next);
        job.report(static_cast<double>(layer + 1) / static_cast<double>(model.layers));
    }
    for (std::size_t i = 0; i < with_outputs; ++i)
        outcomes[i].output_error = relative_distance(original, quantized[i]);
    return outcomes;
}

}  // namespace halfstep
