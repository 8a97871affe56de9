// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/sampled_layer.h"

#include "core/model_files/memory_model.h"
#include "core/quantize/measure.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

SampledRows finiteRows(const LessonTensor& tensor, MatrixShape most) {
    SampledRows rows = sampleRows(tensor, most);
    std::ranges::replace_if(
        rows.values, [](float value) { return !std::isfinite(value); }, 0.0F);
    return rows;
}

double weightUnit(std::span<const float> values) {
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (const float value : values) {
        sum += value;
        squares += static_cast<double>(value) * value;
        largest = std::max(largest, std::abs(static_cast<double>(value)));
    }
    const auto count = static_cast<double>(std::max<std::size_t>(1, values.size()));
    const double mean = sum / count;
    const double variance = squares / count - mean * mean;
    // Rounding leaves a variance of constant values that is none.
    if (variance > squares / count * 1e-12) return std::sqrt(variance);
    return largest > 0 ? largest : 1;
}

std::vector<Measurement> measureRows(const SampledRows& rows, const std::vector<std::string>& schemes) {
    const auto model = model_of_matrices("lesson", {{"weights", rows.shape, rows.values}});
    std::vector<Scheme> parsed;
    for (const std::string& scheme : schemes)
        parsed.push_back(parse_scheme(scheme));
    JobContext job;
    job.threads = 1;  // a thread would take longer to start than this takes
    return measure_tensor(*model, model->tensors().front(), parsed, job).results;
}

}  // namespace halfstep
