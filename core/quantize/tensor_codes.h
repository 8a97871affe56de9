// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfstep {

// A quantized tensor as files store it: codes, and beside them scales and zero points. What they stand for,
// scale · (code − zero_point) in float32, is the reconstruction that is measured, to the bit.
struct TensorCodes {
    Scheme scheme;               // as applied: where 16-bit scales would have been lost, they are of 32 bits
    std::size_t code_bytes = 1;  // of each code; 2 for more than 8 bits
    // One an element, in the file's order: integers (two's complement, or from 0 on where asymmetric), or the
    // bits of small floats.
    std::vector<std::byte> codes;
    std::vector<float> scales;              // one a unit, row by row; none for fp16 and bf16
    std::vector<std::int32_t> zero_points;  // the same; asymmetric schemes only
    Measurement measurement;
};

// Whether the scheme has such codes: integers of all kinds, fp8_e4m3, fp8_e5m2, fp16 and bf16.
bool has_plain_codes(const Scheme& scheme);

// Quantizes a tensor, with all its codes in memory. Throws Error where the scheme cannot be applied, and for
// weights that are not finite.
TensorCodes quantize_to_codes(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                              const JobContext& job);

}  // namespace halfstep
