// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

// bfloat16, whose exponents are those of float32: round to nearest even, saturating.
namespace halfstep::kernels {
namespace {

// Adds half a unit of the last kept place (less one where that is even) and cuts the rest off.
template <class V, int dropped_bits>
inline typename V::Float drop_bits(typename V::Float magnitude) {
    constexpr std::uint32_t dropped = (1U << static_cast<unsigned>(dropped_bits)) - 1;
    const typename V::Bits bits = V::bits(magnitude);
    const typename V::Bits last = V::template shift_right<dropped_bits>(bits) & V::set_bits(1);
    return V::from_bits((bits + V::set_bits(dropped / 2) + last) & V::set_bits(~dropped));
}

template <class V>
inline void saturate(typename V::Float x, typename V::Float rounded, float largest,
                     typename V::Float& reconstruction, typename V::Mask& clipped) {
    clipped = rounded > V::set(largest);
    const typename V::Float magnitude = V::min(rounded, V::set(largest));
    reconstruction = V::from_bits(V::bits(magnitude) | (V::bits(x) & V::set_bits(0x80000000U)));
}

// A magnitude as float16 rounds it, its exponent unlimited upwards.
template <class V>
inline typename V::Float round_to_f16(typename V::Float magnitude) {
    // Below 2^-14 the grid is even, in steps of 2^-24: those of the floats from 1/2 to 1.
    const typename V::Float subnormal = (magnitude + V::set(0.5F)) - V::set(0.5F);
    return V::choose(magnitude < V::set(0x1p-14F), subnormal, drop_bits<V, 13>(magnitude));
}

template <class V>
struct Bf16Quantizer {
    static bool run_clips() { return true; }
    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}
    template <bool /*may_clip*/>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        saturate<V>(x, drop_bits<V, 16>(V::abs(x)), 0x1.fep127F, reconstruction, clipped);
    }
};

template <class V, class Quantizer>
struct RoundingKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, SegmentSums* sums) {
        Quantizer quantizer;
        measure_with<V>(segment, quantizer, sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, float* reconstruction,
                                                      float* clipped) {
        Quantizer quantizer;
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
