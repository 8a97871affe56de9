// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

// Few levels, every threshold tried: where x reaches it, the bits in which its two levels differ are turned
// over.
template <class V>
class ComparedCodebook {
  public:
    static constexpr bool clips = false;

    explicit ComparedCodebook(const CodebookGrid& grid) : grid_(grid) {
        for (std::uint32_t i = 1; i < grid.levels; ++i)
            turned_[i] = bit_pattern(grid.level[i]) ^ bit_pattern(grid.level[i - 1]);
    }

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& /*clipped*/) const {
        typename V::Bits level = V::set_bits(bit_pattern(grid_.level[0]));
        for (std::uint32_t i = 1; i < grid_.levels; ++i) {
            const typename V::Float turned = V::from_bits(V::set_bits(turned_[i]));
            level = level ^ V::bits(V::choose(x >= V::set(grid_.threshold[i - 1]), turned, V::set(0)));
        }
        reconstruction = V::from_bits(level);
    }

  private:
    static std::uint32_t bit_pattern(float v) { return __builtin_bit_cast(std::uint32_t, v); }

    const CodebookGrid& grid_;
    std::uint32_t turned_[CodebookGrid::few_levels];
};

// Few levels, binary search with the thresholds and levels in registers.
template <class V>
class TabledCodebook {
  public:
    static constexpr bool clips = false;

    explicit TabledCodebook(const CodebookGrid& grid) : search_(grid.threshold, grid.level) {}

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& /*clipped*/) const {
        reconstruction = search_.level_of(x);
    }

  private:
    typename V::LevelSearch search_;
};

// The bucket, then a binary search among the few thresholds in it.
template <class V>
class BucketedCodebook {
  public:
    static constexpr bool clips = false;

    explicit BucketedCodebook(const CodebookGrid& grid) : grid_(grid) {}

    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& /*clipped*/) const {
        const typename V::Float position = (x - V::set(grid_.low)) * V::set(grid_.per_width);
        const typename V::Float last = V::set(static_cast<float>(CodebookGrid::buckets - 1));
        const typename V::Bits bucket = V::truncate(V::min(V::max(position, V::set(0)), last));
        typename V::Bits index = V::gather_bits(grid_.bucket_start, bucket);
        for (std::uint32_t step = 1U << grid_.steps >> 1U; step != 0; step /= 2) {
            const typename V::Float threshold = V::gather(grid_.threshold + (step - 1), index);
            index = V::add_where(x >= threshold, index, step);
        }
        reconstruction = V::gather(grid_.level, index);
    }

  private:
    const CodebookGrid& grid_;
};

template <class V>
struct CodebookKernel {
    [[gnu::flatten]] static void measure(const float* x, std::size_t n, bool all_finite,
                                         const CodebookGrid& grid, SegmentSums* sums) {
        if (grid.levels <= CodebookGrid::few_levels) {
            Few quantizer(grid);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        } else {
            BucketedCodebook<V> quantizer(grid);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        }
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, const CodebookGrid& grid,
                                                      float* reconstruction, float* clipped) {
        if (grid.levels <= CodebookGrid::few_levels) {
            Few quantizer(grid);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
        BucketedCodebook<V> quantizer(grid);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }

  private:
    template <class Vector, class = void>
    struct Choice {
        using Type = ComparedCodebook<Vector>;
    };
    template <class Vector>
    struct Choice<Vector, decltype(void(sizeof(typename Vector::LevelSearch)))> {
        using Type = TabledCodebook<Vector>;
    };
    using Few = typename Choice<V>::Type;
};

}  // namespace
}  // namespace halfstep::kernels
