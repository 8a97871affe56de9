// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/units_kernel.h"

// Small floating-point formats: round to nearest even.
namespace halfstep::kernels {
namespace {

// A multiple of 1.5 times the power of two at or below |position| (of the smallest normal one below that),
// added and taken away, rounds to as many places as the format keeps there.
template <class V>
class FloatRounding {
  public:
    static constexpr bool clips = true;

    explicit FloatRounding(const FloatGrid& grid)
        : smallest_normal_(V::set(grid.smallest_normal)), to_rounder_(V::set(grid.to_rounder)) {}

    typename V::Float nearest(typename V::Float position) const {
        const typename V::Float power = V::from_bits(V::bits(position) & V::set_bits(0x7f800000U));
        const typename V::Float rounder_here = V::max(power, smallest_normal_) * to_rounder_;
        return (position + rounder_here) - rounder_here;
    }

  private:
    typename V::Float smallest_normal_;
    typename V::Float to_rounder_;
};

template <class V>
struct FloatKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const UniformUnits& units,
                                         const FloatGrid& grid, SegmentSums* sums) {
        measure_units<V>(segment, units, FloatRounding<V>(grid), sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n,
                                                      const UniformUnits& units, const FloatGrid& grid,
                                                      float* reconstruction, float* clipped) {
        return reconstruct_units<V>(x, n, units, FloatRounding<V>(grid), reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
