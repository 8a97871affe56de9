// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measurement.h"
#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// A tensor quantized plainly, one value at a time, in the order of the definition: what the fast kernels are
// checked against. Not for large tensors: ranges of kind mse are found by exhaustive search (and refused
// where that would take too long: asymmetric ones from about 10 bits on), codebooks in O(levels·n²).
//
// Codes: integer: [qmin, qmax]; log: sign times the level's place from the smallest positive level, 1, to the
// largest, 2^(b-1)-1; kmeans: index into the table; GGUF blocks: as they stand in the block.
struct ReferenceResult {
    std::vector<std::int32_t> codes;         // one an element; 0 for non-finite values, floats and keep
    std::vector<float> scales;               // one a unit, as stored
    std::vector<std::int32_t> zero_points;   // one a unit, asym only
    std::vector<std::vector<float>> levels;  // kmeans: one table a unit
    std::vector<float> reconstruction;       // x̂, one an element; 0 for non-finite values
    ErrorSums sums;                          // plain double sums, in element order
    bool scales_kept_32_bits = false;        // 16-bit scales were asked for and would have lost a scale
};

// `values` are channels x inputs, row-major. Throws Error where the scheme cannot be applied.
ReferenceResult quantize_reference(const Scheme& scheme, std::span<const float> values, MatrixShape shape);

}  // namespace halfstep
