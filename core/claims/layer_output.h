// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/tensor_info.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// What flows into a layer: vectors one after another.
struct LayerInputs {
    std::string name;
    std::size_t width = 0;
    std::vector<float> values;

    std::size_t count() const { return width > 0 ? values.size() / width : 0; }
};

// 64 vectors of each kind: independent Gaussians; Gaussians of which each follows the one before with a
// correlation of 0.95; positive ones, max(Gaussian, 0).
std::vector<LayerInputs> layer_inputs(std::size_t width);

// Σ((W − Ŵ)·x)² over all inputs, in double.
double output_error_squared(MatrixShape shape, std::span<const float> weights,
                            std::span<const float> reconstruction, const LayerInputs& inputs,
                            const JobContext& job);

}  // namespace halfstep
