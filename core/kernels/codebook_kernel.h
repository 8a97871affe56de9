// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/units_kernel.h"

namespace halfstep::kernels {
namespace {

// Few levels, every threshold tried: where x reaches it, the bits in which its two levels differ are turned
// over.
template <class V>
class ComparedLevels {
  public:
    explicit ComparedLevels(const CodebookGrid& grid) : grid_(&grid) {
        for (std::uint32_t i = 1; i < grid.levels; ++i)
            turned_[i] = bit_pattern(grid.level[i]) ^ bit_pattern(grid.level[i - 1]);
    }

    typename V::Float level_of(typename V::Float x) const {
        typename V::Bits level = V::set_bits(bit_pattern(grid_->level[0]));
        for (std::uint32_t i = 1; i < grid_->levels; ++i) {
            const typename V::Float turned = V::from_bits(V::set_bits(turned_[i]));
            level = level ^ V::bits(V::choose(x >= V::set(grid_->threshold[i - 1]), turned, V::set(0)));
        }
        return V::from_bits(level);
    }

  private:
    static std::uint32_t bit_pattern(float v) { return __builtin_bit_cast(std::uint32_t, v); }

    const CodebookGrid* grid_;
    std::uint32_t turned_[CodebookGrid::few_levels] = {};
};

// Few levels, binary search with the thresholds and levels in registers.
template <class V>
class TabledLevels {
  public:
    explicit TabledLevels(const CodebookGrid& grid) : search_(grid.threshold, grid.level) {}

    typename V::Float level_of(typename V::Float x) const { return search_.level_of(x); }

  private:
    typename V::LevelSearch search_;
};

template <class V, class = void>
struct FewLevelsOf {
    using Type = ComparedLevels<V>;
};
template <class V>
struct FewLevelsOf<V, decltype(void(sizeof(typename V::LevelSearch)))> {
    using Type = TabledLevels<V>;
};
template <class V>
using FewLevels = typename FewLevelsOf<V>::Type;

template <class V>
class FewLevelsCodebook {
  public:
    explicit FewLevelsCodebook(const CodebookGrid& grid) : levels_(grid) {}

    static bool run_clips() { return false; }
    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    template <bool /*may_clip*/>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& /*clipped*/) const {
        reconstruction = levels_.level_of(x);
    }

  private:
    FewLevels<V> levels_;
};

// The bucket, then a binary search among the few thresholds in it. Look-ups one by one, 128 elements ahead of
// the vectors: the processors' own gathers take twice as long.
template <class V>
class BucketedCodebook {
  public:
    BucketedCodebook(const CodebookGrid& grid, const float* x, std::size_t n) : grid_(grid), x_(x), n_(n) {}

    static bool run_clips() { return false; }
    void begin(std::size_t first) {
        const std::size_t at = first % float_sum_elements;
        if (at == 0) look_up(first);
        at_ = found_ + at;
    }
    void begin_tail(std::size_t first, std::size_t /*n*/) { begin(first); }

    template <bool /*may_clip*/>
    void apply(std::size_t k, typename V::Float /*x*/, typename V::Float& reconstruction,
               typename V::Mask& /*clipped*/) const {
        reconstruction = V::load(at_ + k * V::width);
    }

  private:
    void look_up(std::size_t first) {
        const std::size_t n = n_ - first < float_sum_elements ? n_ - first : float_sum_elements;
        const float* x = x_ + first;
        std::int32_t bucket[float_sum_elements];
        for (std::size_t i = 0; i < n; ++i) {
            const float position = (x[i] - grid_.low) * grid_.per_width;
            const float above = position > 0 ? position : 0.0F;  // NaN too
            constexpr auto last = static_cast<float>(CodebookGrid::buckets - 1);
            bucket[i] = static_cast<std::int32_t>(above < last ? above : last);
        }
        if (grid_.steps == 1) {
            for (std::size_t i = 0; i < n; ++i) {
                const std::uint32_t start = one_by_one(grid_.bucket_start[bucket[i]]);
                found_[i] = grid_.level[start + (x[i] >= grid_.threshold[start] ? 1U : 0U)];
            }
            return;
        }
        for (std::size_t i = 0; i < n; ++i) {
            std::uint32_t index = one_by_one(grid_.bucket_start[bucket[i]]);
            for (std::uint32_t step = 1U << grid_.steps >> 1U; step != 0; step /= 2)
                index += x[i] >= grid_.threshold[index + step - 1] ? step : 0U;
            found_[i] = grid_.level[index];
        }
    }

    // Keeps the compiler from making gathers of the look-ups.
    static std::uint32_t one_by_one(std::uint32_t index) {
        __asm__("" : "+r"(index));
        return index;
    }

    const CodebookGrid& grid_;
    const float* x_;
    std::size_t n_;
    const float* at_ = nullptr;
    float found_[float_sum_elements] = {};
};

template <class V>
struct CodebookKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const CodebookGrid& grid,
                                         SegmentSums* sums) {
        if (grid.levels <= CodebookGrid::few_levels) {
            FewLevelsCodebook<V> quantizer(grid);
            measure_with<V>(segment, quantizer, sums);
        } else {
            BucketedCodebook<V> quantizer(grid, segment.x, segment.n);
            measure_with<V>(segment, quantizer, sums);
        }
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n, const CodebookGrid& grid,
                                                      float* reconstruction, float* clipped) {
        if (grid.levels <= CodebookGrid::few_levels) {
            FewLevelsCodebook<V> quantizer(grid);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
        BucketedCodebook<V> quantizer(grid, x, n);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
};

// The same few levels, stretched by the scale of each unit.
template <class V>
struct LevelRounding {
    static constexpr bool clips = false;

    typename V::Float nearest(typename V::Float position) const { return levels.level_of(position); }

    FewLevels<V> levels;
};

template <class V>
struct ScaledCodebookKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const UniformUnits& units,
                                         const CodebookGrid& grid, SegmentSums* sums) {
        measure_units<V>(segment, units, LevelRounding<V>{FewLevels<V>(grid)}, sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n,
                                                      const UniformUnits& units, const CodebookGrid& grid,
                                                      float* reconstruction, float* clipped) {
        return reconstruct_units<V>(x, n, units, LevelRounding<V>{FewLevels<V>(grid)}, reconstruction,
                                    clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
