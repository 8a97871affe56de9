// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <span>
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

    friend bool operator==(const SmallFloat&, const SmallFloat&) = default;
};

inline constexpr SmallFloat float_e5m10{10, -14, 65504};
inline constexpr SmallFloat float_e5m2{2, -14, 57344};
inline constexpr SmallFloat float_e4m3{3, -6, 448};
inline constexpr SmallFloat float_e3m2{2, -2, 28};
inline constexpr SmallFloat float_e2m3{3, 0, 7.5F};
inline constexpr SmallFloat float_e2m1{1, 0, 6};
// MXINT8 is one of these too: multiples of 2^-6 up to ±127/64. (−2 is not used, so that both signs reach
// alike.)
inline constexpr SmallFloat float_mxint8{6, 0, 127.0F / 64};

// The format behind fp4, fp6, fp8 and the elements of block-scaled formats. Must not be called for the
// others.
SmallFloat small_float(FloatFormat format);

// Its values from 0 up, ascending.
std::vector<float> magnitudes(const SmallFloat& format);

// The last float32 number that rounds to the largest value, to nearest even: what is beyond it is clipped.
float last_of_largest(const SmallFloat& format);

// The 16 values of NF4, ascending: quantiles of the normal distribution, each half of them scaled to end at
// ±1 (Dettmers et al., QLoRA, 2023; values as in bitsandbytes).
std::span<const float> nf4_values();

// The largest value that a scheme of Family::small_float or block_scaled multiplies its scale with.
float largest_value(FloatFormat format);

// All its values before they are scaled, ascending.
std::vector<float> unscaled_values(FloatFormat format);

}  // namespace halfstep
