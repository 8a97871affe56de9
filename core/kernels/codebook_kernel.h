// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

// Few levels: every threshold is tried, which needs no table look-up.
template <class V>
class SmallCodebook {
  public:
    static constexpr std::uint32_t most_levels = 16;

    explicit SmallCodebook(const CodebookGrid& grid) : grid_(grid) {}

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        typename V::Float level = V::set(grid_.level[0]);
        for (std::uint32_t i = 1; i < grid_.levels; ++i)
            level = V::choose(x >= V::set(grid_.threshold[i - 1]), V::set(grid_.level[i]), level);
        reconstruction = level;
        clipped = x != x;
    }

  private:
    const CodebookGrid& grid_;
};

// Binary search.
template <class V>
class LargeCodebook {
  public:
    explicit LargeCodebook(const CodebookGrid& grid) : grid_(grid) {}

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        typename V::Bits index = V::set_bits(0);
        for (std::uint32_t step = grid_.search_size / 2; step != 0; step /= 2) {
            const typename V::Float threshold = V::gather(grid_.threshold, index + V::set_bits(step - 1));
            const typename V::Float advance = V::from_bits(V::set_bits(step));
            index = index + V::bits(V::choose(x >= threshold, advance, V::set(0)));
        }
        reconstruction = V::gather(grid_.level, index);
        clipped = x != x;
    }

  private:
    const CodebookGrid& grid_;
};

template <class V>
struct CodebookKernel {
    [[gnu::flatten]] static void measure(const float* x, std::size_t n, bool all_finite,
                                         const CodebookGrid& grid, SegmentSums* sums) {
        if (grid.levels <= SmallCodebook<V>::most_levels) {
            SmallCodebook<V> quantizer(grid);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        } else {
            LargeCodebook<V> quantizer(grid);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        }
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, const CodebookGrid& grid,
                                                      float* reconstruction, float* clipped) {
        if (grid.levels <= SmallCodebook<V>::most_levels) {
            SmallCodebook<V> quantizer(grid);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
        LargeCodebook<V> quantizer(grid);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
