// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/nearest_whole.h"
#include "core/kernels/units_kernel.h"

// Integer formats. Codes stay floats from which zero_point is already taken: whole numbers far below 2^24
// are exact, and a huge x/s saturates where an integer would overflow.
namespace halfstep::kernels {
namespace {

template <class V>
struct IntegerRounding {
    static constexpr bool clips = true;

    typename V::Float nearest(typename V::Float position) const {
        return nearest_whole_by_adding<V>(position);
    }
};

template <class V>
struct UniformKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const UniformUnits& units,
                                         SegmentSums* sums) {
        measure_units<V>(segment, units, IntegerRounding<V>(), sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n,
                                                      const UniformUnits& units, float* reconstruction,
                                                      float* clipped) {
        return reconstruct_units<V>(x, n, units, IntegerRounding<V>(), reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
