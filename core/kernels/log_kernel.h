// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

template <class V>
class LogQuantizer {
  public:
    explicit LogQuantizer(const LogGrid& grid)
        : prescale_(V::set(grid.prescale)),
          first_threshold_(V::set(grid.mantissa_threshold[0])),
          second_threshold_(V::set(grid.mantissa_threshold[1])),
          level_{V::set(grid.level[0]), V::set(grid.level[1]), V::set(grid.level[2])},
          top_(V::set(grid.top)),
          bottom_(V::set(grid.bottom)),
          largest_(V::set(grid.largest)) {}

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        const typename V::Float magnitude = V::abs(x);
        const typename V::Float scaled = magnitude * prescale_;
        const typename V::Float power = V::from_bits(V::bits(scaled) & V::set_bits(0x7f800000U));
        const typename V::Float upper = V::choose(scaled >= power * second_threshold_, level_[2], level_[1]);
        const typename V::Float factor = V::choose(scaled >= power * first_threshold_, upper, level_[0]);
        clipped = magnitude >= top_;
        typename V::Float level = V::choose(clipped, largest_, power * factor);
        level = V::choose(magnitude < bottom_, V::set(0), level);
        reconstruction = V::from_bits(V::bits(level) | (V::bits(x) & V::set_bits(0x80000000U)));
    }

  private:
    typename V::Float prescale_;
    typename V::Float first_threshold_;
    typename V::Float second_threshold_;
    typename V::Float level_[3];
    typename V::Float top_;
    typename V::Float bottom_;
    typename V::Float largest_;
};

template <class V>
struct LogKernel {
    [[gnu::flatten]] static void measure(const float* x, std::size_t n, bool all_finite, const LogGrid& grid,
                                         SegmentSums* sums) {
        LogQuantizer<V> quantizer(grid);
        measure_with<V>(x, n, all_finite, quantizer, sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, const LogGrid& grid,
                                                      float* reconstruction, float* clipped) {
        LogQuantizer<V> quantizer(grid);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
