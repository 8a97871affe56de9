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

// Limits of groups of whole blocks of 16, all values finite: vectors of them are folded into single limits as
// many groups at a time as a vector has lanes.
template <class V>
class GroupLimits {
    using Float = typename V::Float;

  public:
    GroupLimits(float* low, float* high) : low_(low), high_(high) {}

    // A group whose limits lie somewhere in these lanes.
    void add(const Float* low, const Float* high) {
        lows_[rows_] = low[0];
        highs_[rows_] = high[0];
        for (std::size_t k = 1; k < vectors<V>; ++k) {
            lows_[rows_] = V::min(low[k], lows_[rows_]);
            highs_[rows_] = V::max(high[k], highs_[rows_]);
        }
        if (++rows_ == V::width) fold();
    }

    // Limits of the groups that are left; gives how many groups there were.
    std::size_t finish() {
        if (rows_ == 0) return groups_;
        const std::size_t left = rows_;
        for (; rows_ < V::width; ++rows_) {
            lows_[rows_] = lows_[0];
            highs_[rows_] = highs_[0];
        }
        float lows[V::width];
        float highs[V::width];
        V::store(lows, V::min_of_rows(lows_) + V::set(0));
        V::store(highs, V::max_of_rows(highs_) + V::set(0));
        for (std::size_t i = 0; i < left; ++i) {
            low_[groups_ + i] = lows[i];
            high_[groups_ + i] = highs[i];
        }
        return groups_ + left;
    }

  private:
    // Adding 0 makes a negative zero positive.
    void fold() {
        V::store(low_ + groups_, V::min_of_rows(lows_) + V::set(0));
        V::store(high_ + groups_, V::max_of_rows(highs_) + V::set(0));
        groups_ += V::width;
        rows_ = 0;
    }

    float* low_;
    float* high_;
    std::size_t groups_ = 0;
    std::size_t rows_ = 0;
    Float lows_[V::width];
    Float highs_[V::width];
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

    [[gnu::flatten]] static void find_group_ranges(const float* x, std::size_t n, std::size_t group,
                                                   bool all_finite, float* low, float* high) {
        std::size_t first = 0;
        std::size_t unit = 0;
        if (all_finite && group % lanes == 0) {
            GroupLimits<V> limits(low, high);
            for (; first + group <= n; first += group)
                take_group(x + first, group, limits);
            unit = limits.finish();
        }
        for (; first < n; first += group, ++unit) {
            Limits<V> limits;
            limits.take(x + first, n - first < group ? n - first : group);
            limits.finish(low + unit, high + unit);
        }
    }

  private:
    static void take_group(const float* x, std::size_t group, GroupLimits<V>& limits) {
        typename V::Float low[vectors<V>];
        typename V::Float high[vectors<V>];
        for (std::size_t k = 0; k < vectors<V>; ++k)
            low[k] = high[k] = V::load(x + k * V::width);
        for (std::size_t i = lanes; i < group; i += lanes)
            for (std::size_t k = 0; k < vectors<V>; ++k) {
                const typename V::Float value = V::load(x + i + k * V::width);
                low[k] = V::min(value, low[k]);
                high[k] = V::max(value, high[k]);
            }
        limits.add(low, high);
    }
};

}  // namespace
}  // namespace halfstep::kernels
