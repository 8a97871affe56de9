// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/quantize/unit_quantizers.h"

#include <vector>

namespace halfstep {

// A floating-point format of few bits with subnormals and without infinities (or whose infinities are not
// used): values ±m·2^(e − mantissa_bits), m < 2^(mantissa_bits + 1), e >= lowest_exponent, up to `largest`.
// Sources: IEEE 754 (fp16); OCP 8-bit Floating Point Specification (e4m3, which keeps one pattern for NaN and
// so ends at 448, and e5m2); OCP Microscaling Formats (e2m3, e3m2, e2m1).
struct SmallFloat {
    int mantissa_bits = 0;
    int lowest_exponent = 0;  // of a normal number
    float largest = 0;
};

inline constexpr SmallFloat float_e5m10{10, -14, 65504};
inline constexpr SmallFloat float_e5m2{2, -14, 57344};
inline constexpr SmallFloat float_e4m3{3, -6, 448};
inline constexpr SmallFloat float_e3m2{2, -2, 28};
inline constexpr SmallFloat float_e2m3{3, 0, 7.5F};
inline constexpr SmallFloat float_e2m1{1, 0, 6};

// In the form that the kernels take. Rounding is to nearest even, saturating.
kernels::FloatGrid float_grid(const SmallFloat& format);
UniformUnit float_unit(const SmallFloat& format, float scale, float stored_scale);

}  // namespace halfstep
