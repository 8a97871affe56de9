// SPDX-License-Identifier: GPL-3.0-or-later
// Weights worth looking at; weight_tracer.cpp looks at them.
#include "core/analysis/weight_tracer.h"
#include "core/model_files/row_reader.h"
#include "core/quantize/measuring_pass.h"

#include <cmath>
#include <vector>

namespace halfstep {

MatrixPlace WeightTracer::largest_weight_in(MatrixPlace first, MatrixShape extent,
                                            const JobContext& job) const {
    MatrixPlace largest = first;
    float most = -1;
    std::vector<float> weights(static_cast<std::size_t>(extent.inputs));
    RowReader reader;
    for (std::uint64_t row = first.row; row < first.row + extent.channels; ++row) {
        job.throw_if_stopped();
        reader.read_floats(*model_, *tensor_, row * shape().inputs + first.input, weights);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (!std::isfinite(weights[i]) || std::fabs(weights[i]) <= most) continue;
            most = std::fabs(weights[i]);
            largest = {row, first.input + i};
        }
    }
    return largest;
}

WeightTracer::Extremes WeightTracer::find_extremes(const JobContext& job) const {
    struct Found {
        double weight = 0;
        double error = 0;
        std::optional<std::uint64_t> weight_at;
        std::optional<std::uint64_t> error_at;
    };
    std::vector<Found> parts(reconstruction_parts(*tensor_));
    reconstruct_tensor(
        *model_, *tensor_, applied_, job, [&](std::size_t part, const ReconstructedSegment& segment) {
            Found& found = parts[part];
            for (std::size_t i = 0; i < segment.values.size(); ++i) {
                const auto x = static_cast<double>(segment.values[i]);
                if (!std::isfinite(x)) continue;
                const double error = std::fabs(x - static_cast<double>(segment.reconstruction[i]));
                if (!found.weight_at || std::fabs(x) > found.weight) {
                    found.weight = std::fabs(x);
                    found.weight_at = segment.first + i;
                }
                if (error > found.error) {
                    found.error = error;
                    found.error_at = segment.first + i;
                }
            }
        });
    Found best;
    for (const Found& part : parts) {
        if (part.weight_at && (!best.weight_at || part.weight > best.weight)) {
            best.weight = part.weight;
            best.weight_at = part.weight_at;
        }
        if (part.error > best.error) {
            best.error = part.error;
            best.error_at = part.error_at;
        }
    }
    Extremes extremes;
    if (best.weight_at) extremes.largest_weight = place_of(*best.weight_at);
    if (best.error_at) extremes.largest_error = place_of(*best.error_at);
    return extremes;
}

}  // namespace halfstep
