// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/range.h"
#include "core/schemes/scheme.h"

#include <cstdint>

namespace halfstep {

// One number on its way through an integer scheme.
struct CodedValue {
    std::int32_t code = 0;
    float value = 0;       // x̂
    bool clipped = false;  // the code before clamping lay outside [qmin, qmax]
};

// q = clamp(round(x·(1/scale)) + zero_point, qmin, qmax), x̂ = scale·(q − zero_point), in float32 as the
// kernels do it. Where the scale is 0, code and x̂ are 0.
CodedValue quantize_value(const Scheme& integer, const UnitGrid& grid, float x);

}  // namespace halfstep
