// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

// The last step of all superblocks: codes for the scales as they are stored, round(x/step) limited to [low,
// high], where x may have an offset.
namespace halfstep::kernels {
namespace {

template <class V, std::size_t n>
class Requantizer {
    using Float = typename V::Float;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    // Codes take the place of n values a lane; returns how many lay beyond the limits. No lane's step may be
    // 0.
    static typename V::Bits run(float* x, Float step, float low, float high) {
        return run([x](std::size_t i) { return V::load(x + i * width); }, x, step, low, high);
    }
    static typename V::Bits run(float* x, Float offset, Float step, float low, float high) {
        return run([=](std::size_t i) { return V::load(x + i * width) + offset; }, x, step, low, high);
    }

  private:
    template <class ValueOf>
    static typename V::Bits run(ValueOf value_of, float* x, Float step, float low, float high) {
        // A product with the reciprocal is off by two roundings at most: it tells the code wherever it is not
        // next to the middle between two. (Beyond the limits, where roundings are larger, either code is
        // cut.)
        const Float inverse = V::set(1) / step;
        Float codes[n];
        Float farthest = V::set(0);
        for (std::size_t i = 0; i < n; ++i) {
            const Float exact = value_of(i) * inverse;
            codes[i] = Math::round(exact);
            farthest = V::max_abs(farthest, exact - codes[i]);
        }
        const float reach = high > -low ? high + 1 : 1 - low;
        if (V::any(!(farthest < V::set(0.5F - reach * 0x1p-20F))))
            for (std::size_t i = 0; i < n; ++i)
                codes[i] = Math::round(value_of(i) / step);
        typename V::Bits clipped = V::set_bits(0);
        for (std::size_t i = 0; i < n; ++i) {
            const Float code = V::max(V::min(codes[i], V::set(high)), V::set(low));
            clipped = V::count(clipped, code != codes[i]);
            V::store(x + i * width, code);
        }
        return clipped;
    }
};

}  // namespace
}  // namespace halfstep::kernels
