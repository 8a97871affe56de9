// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quantize/measurement.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// A dense network that no file holds: layers of width x width with ReLU after each, weights normal with
// variance 2/width, made layer by layer from seeds.
struct ScaleModel {
    std::string name;
    std::size_t layers = 0;
    std::size_t width = 0;

    std::uint64_t parameters() const { return std::uint64_t{layers} * width * width; }
};

// Of 10 million, 84 million and 839 million weights.
std::span<const ScaleModel> scale_models();

// What one scheme does to all of it.
struct ScaleOutcome {
    Scheme scheme;
    ErrorSums sums;
    std::uint64_t bits = 0;  // stored
    double all_aligned = 0;  // Π(1 + ε) − 1, ε = ‖Ŵ − W‖/‖W‖ of each layer
    double output_error =
        0;  // ‖ŷ − y‖/‖y‖ of what leaves the last layer, over four random inputs; 0 where not asked
};

// Quantizes the network layer by layer: one layer and its reconstructions are held at a time. Outputs are
// computed for the first `with_outputs` of the schemes. Progress counts weights.
std::vector<ScaleOutcome> quantize_at_scale(const ScaleModel& model, std::span<const Scheme> schemes,
                                            std::size_t with_outputs, const JobContext& job = {});

}  // namespace halfstep
