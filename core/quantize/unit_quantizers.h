// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/quantize/range.h"
#include "core/schemes/scheme.h"

#include <span>
#include <vector>

namespace halfstep {

// What one scale unit is quantized with. Codes are chosen by `grid`; reconstructions use `stored_scale`,
// which differs from its scale where gamma is asked for.
struct UnitParameters {
    UnitGrid grid;
    float stored_scale = 0;
    std::vector<float> levels;  // kmeans
};

// The same in the form that the kernels take.
kernels::UniformUnit uniform_unit(CodeLimits codes, const UnitGrid& grid, float stored_scale);
kernels::LogGrid log_grid(const Scheme& scheme, float chosen_largest, float stored_largest);
kernels::CodebookGrid codebook_grid(std::span<const float> levels);

// The scale that keeps Σx² where reconstructions by `scale` have Σx̂² = quantized_squared.
EstimatedGrid gamma_rescaled(const Scheme& scheme, float scale, double values_squared,
                             double quantized_squared);

}  // namespace halfstep
