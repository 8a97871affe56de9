// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

// Smallest and largest finite value seen; nothing yet: +infinity and -infinity.
template <class V>
class Limits {
  public:
    Limits() {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            low_[k] = V::set(infinity);
            high_[k] = V::set(-infinity);
        }
    }

    void take_block(const float* x) {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            const typename V::Float value = V::load(x + k * V::width);
            const typename V::Mask finite = V::abs(value) <= V::set(largest_float);
            low_[k] = V::min(V::choose(finite, value, V::set(infinity)), low_[k]);
            high_[k] = V::max(V::choose(finite, value, V::set(-infinity)), high_[k]);
        }
    }

    void take(const float* x, std::size_t n) {
        std::size_t i = 0;
        for (; i + lanes <= n; i += lanes)
            take_block(x + i);
        if (i < n) take_block(TailBlock(x + i, n - i, infinity).value);
    }

    // Adding 0 makes a negative zero positive: which one a lane has seen last must not matter.
    void finish(float* low, float* high) const {
        float lows[lanes];
        float highs[lanes];
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            V::store(lows + k * V::width, low_[k]);
            V::store(highs + k * V::width, high_[k]);
        }
        const float least = folded(lows, [](float a, float b) { return a < b ? a : b; });
        const float most = folded(highs, [](float a, float b) { return a > b ? a : b; });
        const bool none = least > most;
        *low = none ? 0 : least + 0.0F;
        *high = none ? 0 : most + 0.0F;
    }

  private:
    typename V::Float low_[vectors<V>];
    typename V::Float high_[vectors<V>];
};

// How many values are zero or not finite; in float, exact for fewer than 2^24 elements a lane.
template <class V>
class OddValues {
  public:
    OddValues() : zeros_(V::set(0)), non_finite_(V::set(0)) {}

    void take_block(const float* x) {
        const typename V::Float one = V::set(1);
        const typename V::Float none = V::set(0);
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            const typename V::Float value = V::load(x + k * V::width);
            zeros_ = zeros_ + V::choose(value == none, one, none);
            non_finite_ = non_finite_ + V::choose(V::abs(value) <= V::set(largest_float), none, one);
        }
    }

    static std::uint64_t total(typename V::Float counts) {
        float values[V::width];
        V::store(values, counts);
        std::uint64_t sum = 0;
        for (const float value : values)
            sum += static_cast<std::uint64_t>(value);
        return sum;
    }
    std::uint64_t zeros() const { return total(zeros_); }
    std::uint64_t non_finite() const { return total(non_finite_); }

  private:
    typename V::Float zeros_;
    typename V::Float non_finite_;
};

inline void count_non_finite(const float* x, std::size_t n, RangeSummary* range) {
    for (std::size_t i = 0; i < n; ++i) {
        const float magnitude = __builtin_fabsf(x[i]);
        if (magnitude <= largest_float) continue;
        if (range->first_non_finite == n) range->first_non_finite = i;
        if (magnitude == infinity)
            ++range->infs;
        else
            ++range->nans;
    }
}

template <class V>
struct RangeKernel {
    [[gnu::flatten]] static void find_range(const float* x, std::size_t n, RangeSummary* range) {
        *range = {0, 0, n, 0, 0, 0, n};
        Limits<V> limits;
        limits.take(x, n);
        limits.finish(&range->min, &range->max);
        OddValues<V> odd;
        std::size_t i = 0;
        for (; i + lanes <= n; i += lanes)
            odd.take_block(x + i);
        if (i < n) odd.take_block(TailBlock(x + i, n - i, 1).value);
        range->zeros = odd.zeros();
        if (odd.non_finite() != 0) count_non_finite(x, n, range);
        range->finite = n - range->nans - range->infs;
    }

    template <bool magnitudes>
    [[gnu::flatten]] static void find_group_ranges(const float* x, std::size_t n, std::size_t group,
                                                   bool all_finite, float* low, float* high) {
        std::size_t first = 0;
        std::size_t unit = 0;
        if (all_finite && group % V::width == 0)
            for (; first + V::width * group <= n; first += V::width * group, unit += V::width) {
                if constexpr (magnitudes)
                    take_magnitudes(x + first, group, low + unit, high + unit);
                else
                    take_groups(x + first, group, low + unit, high + unit);
            }
        for (; first < n; first += group, ++unit) {
            Limits<V> limits;
            limits.take(x + first, n - first < group ? n - first : group);
            limits.finish(low + unit, high + unit);
            if constexpr (magnitudes) {
                high[unit] = -low[unit] > high[unit] ? -low[unit] : high[unit];
                low[unit] = -high[unit];
            }
        }
    }

  private:
    // As many groups as a vector has lanes, all values finite.
    static void take_groups(const float* x, std::size_t group, float* low, float* high) {
        typename V::Float lows[V::width];
        typename V::Float highs[V::width];
        for (std::size_t row = 0; row < V::width; ++row) {
            const float* values = x + row * group;
            lows[row] = highs[row] = V::load(values);
            for (std::size_t i = V::width; i < group; i += V::width) {
                const typename V::Float value = V::load(values + i);
                lows[row] = V::min(value, lows[row]);
                highs[row] = V::max(value, highs[row]);
            }
        }
        V::store(low, V::min_of_rows(lows) + V::set(0));
        V::store(high, V::max_of_rows(highs) + V::set(0));
    }

    static void take_magnitudes(const float* x, std::size_t group, float* low, float* high) {
        typename V::Float largest[V::width];
        for (std::size_t row = 0; row < V::width; ++row) {
            const float* values = x + row * group;
            largest[row] = V::abs(V::load(values));
            for (std::size_t i = V::width; i < group; i += V::width)
                largest[row] = V::max_abs(largest[row], V::load(values + i));
        }
        const typename V::Float magnitude = V::max_of_rows(largest);
        V::store(high, magnitude);
        V::store(low, V::set(0) - magnitude);
    }
};

}  // namespace
}  // namespace halfstep::kernels
