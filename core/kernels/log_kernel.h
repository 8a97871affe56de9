// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

// p times the level's factor. Adding to the bits what is missing from the last threshold to 2 carries into
// the exponent where, and only where, the mantissa reaches that threshold; the first of two thresholds is
// looked for above it.
template <class V, bool half_octaves>
class LogLevel {
  public:
    explicit LogLevel(const LogGrid& grid)
        : missing_(0x40000000U - bit_pattern(grid.mantissa_threshold[half_octaves ? 1 : 0])),
          carry_(V::set_bits(missing_)),
          first_threshold_(
              V::set(__builtin_bit_cast(float, bit_pattern(grid.mantissa_threshold[0]) + missing_))),
          level_{V::set(grid.level[0]), V::set(grid.level[1])} {}

    typename V::Float of(typename V::Float scaled) const {
        const typename V::Bits carried = V::bits(scaled) + carry_;
        const typename V::Float power = V::from_bits(carried & V::set_bits(0x7f800000U));
        if constexpr (half_octaves)
            return power * V::choose(V::from_bits(carried) >= power * first_threshold_, level_[1], level_[0]);
        else
            return power * level_[0];
    }

  private:
    static std::uint32_t bit_pattern(float v) { return __builtin_bit_cast(std::uint32_t, v); }

    std::uint32_t missing_;
    typename V::Bits carry_;
    typename V::Float first_threshold_;
    typename V::Float level_[2];
};

template <class V, bool half_octaves>
class LogQuantizer {
  public:
    explicit LogQuantizer(const LogGrid& grid)
        : prescale_(V::set(grid.prescale)),
          level_(grid),
          top_(V::set(grid.top)),
          bottom_(V::set(grid.bottom)),
          largest_(V::set(grid.largest)),
          clips_(grid.clips) {}

    bool run_clips() const { return clips_; }
    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    template <bool may_clip>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        const typename V::Float magnitude = V::abs(x);
        typename V::Float level = level_.of(magnitude * prescale_);
        if constexpr (may_clip) {
            clipped = magnitude >= top_;
            level = V::choose(clipped, largest_, level);
        }
        level = V::choose(magnitude >= bottom_, level, V::set(0));
        reconstruction = V::from_bits(V::bits(level) | (V::bits(x) & V::set_bits(0x80000000U)));
    }

  private:
    typename V::Float prescale_;
    LogLevel<V, half_octaves> level_;
    typename V::Float top_;
    typename V::Float bottom_;
    typename V::Float largest_;
    bool clips_;
};

template <class V>
struct LogKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const LogGrid& grid, SegmentSums* sums) {
        if (grid.half_octaves)
            measure_as<V, LogQuantizer<V, true>>(segment, grid, sums);
        else
            measure_as<V, LogQuantizer<V, false>>(segment, grid, sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, const LogGrid& grid,
                                                      float* reconstruction, float* clipped) {
        if (grid.half_octaves) {
            LogQuantizer<V, true> quantizer(grid);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
        LogQuantizer<V, false> quantizer(grid);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
