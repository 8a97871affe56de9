// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/range_kernel.h"

namespace halfstep::kernels {
namespace {

// Limits and Σx² in one go. Where all values are finite nothing is masked: a value that is not makes Σx² so
// too, and then the segment is gone over again with care.
template <class V>
class Summary {
    using Float = typename V::Float;

  public:
    Summary() {
        for (std::size_t turn = 0; turn < turns; ++turn)
            for (std::size_t k = 0; k < vectors<V>; ++k) {
                low_[turn][k] = V::set(infinity);
                high_[turn][k] = V::set(-infinity);
            }
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            finite_[k] = V::set_bits(0);
        }
    }

    template <bool all_finite>
    void take(const Segment& segment) {
        std::size_t i = 0;
        for (; i + float_sum_elements <= segment.n; i += float_sum_elements) {
            Squares squares;
#pragma GCC unroll 8
            for (std::size_t block = 0; block < float_sum_elements / lanes; ++block) {
                fetch_ahead(segment, i + block * lanes);
                take_block<all_finite>(segment.x + i + block * lanes, block % turns, block == 0, squares);
            }
            squared_.add(0, squares.sum);
        }
        taken_as_finite_ = all_finite ? i : 0;
        take_tail(segment, i);
    }

    // The same for finite values, and the limits of groups of `blocks` blocks of 16 on the way, but for those
    // that lie in the last elements, fewer than 128: gives where these begin.
    template <std::size_t blocks>
    std::size_t take_groups(const Segment& segment, GroupLimits<V>& limits) {
        std::size_t i = 0;
        for (; i + float_sum_elements <= segment.n; i += float_sum_elements) {
            Squares squares;
            Float low[vectors<V>];
            Float high[vectors<V>];
#pragma GCC unroll 8
            for (std::size_t block = 0; block < float_sum_elements / lanes; ++block) {
                fetch_ahead(segment, i + block * lanes);
                for (std::size_t k = 0; k < vectors<V>; ++k) {
                    const Float value = V::load(segment.x + i + block * lanes + k * V::width);
                    low[k] = block % blocks == 0 ? value : V::min(value, low[k]);
                    high[k] = block % blocks == 0 ? value : V::max(value, high[k]);
                    squares.add(k, value, block == 0);
                }
                if (block % blocks == blocks - 1) end_group(low, high, limits);
            }
            squared_.add(0, squares.sum);
        }
        taken_as_finite_ = i;
        take_tail(segment, i);
        return i;
    }

    void finish(ValueSummary* into) const {
        float lows[lanes];
        float highs[lanes];
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            typename V::Float low = low_[0][k];
            typename V::Float high = high_[0][k];
            for (std::size_t turn = 1; turn < turns; ++turn) {
                low = V::min(low_[turn][k], low);
                high = V::max(high_[turn][k], high);
            }
            V::store(lows + k * V::width, low);
            V::store(highs + k * V::width, high);
        }
        std::uint32_t counts[lanes];
        for (std::size_t k = 0; k < vectors<V>; ++k)
            V::store_bits(counts + k * V::width, finite_[k]);
        into->finite =
            taken_as_finite_ + folded(counts, [](std::uint32_t a, std::uint32_t b) { return a + b; });
        const float low = folded(lows, [](float a, float b) { return a < b ? a : b; });
        const float high = folded(highs, [](float a, float b) { return a > b ? a : b; });
        const bool none = low > high;
        into->min = none ? 0 : low + 0.0F;
        into->max = none ? 0 : high + 0.0F;
        into->value_squared = squared_.total(0);
    }

  private:
    // Float sums over up to 128 elements.
    struct Squares {
        Squares() {
            for (Float& lane : sum)
                lane = V::set(0);
        }

        void add(std::size_t k, Float value, bool starts) {
            const Float squared = value * value;
            sum[k] = starts ? squared : sum[k] + squared;
        }

        Float sum[vectors<V>];
    };

    static void fetch_ahead(const Segment& segment, std::size_t first) {
        __builtin_prefetch(static_cast<const char*>(segment.ahead) + first / lanes * segment.ahead_step, 0,
                           3);
    }

    void end_group(const Float* low, const Float* high, GroupLimits<V>& limits) {
        limits.add(low, high);
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            low_[0][k] = V::min(low[k], low_[0][k]);
            high_[0][k] = V::max(high[k], high_[0][k]);
        }
    }

    void take_tail(const Segment& segment, std::size_t i) {
        if (i == segment.n) return;
        Squares squares;
        for (bool starts = true; i < segment.n; i += lanes, starts = false) {
            const std::size_t left = segment.n - i < lanes ? segment.n - i : lanes;
            const TailBlock tail(segment.x + i, left, __builtin_nanf(""));
            take_block<false>(tail.value, 0, starts, squares);
        }
        squared_.add(0, squares.sum);
    }

    template <bool all_finite>
    void take_block(const float* x, std::size_t turn, bool starts, Squares& squares) {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            Float value = V::load(x + k * V::width);
            if constexpr (all_finite) {
                low_[turn][k] = V::min(value, low_[turn][k]);
                high_[turn][k] = V::max(value, high_[turn][k]);
            } else {
                const typename V::Mask finite = V::abs(value) <= V::set(largest_float);
                finite_[k] = V::count(finite_[k], finite);
                low_[turn][k] = V::min(V::choose(finite, value, V::set(infinity)), low_[turn][k]);
                high_[turn][k] = V::max(V::choose(finite, value, V::set(-infinity)), high_[turn][k]);
                value = V::choose(finite, value, V::set(0));
            }
            squares.add(k, value, starts);
        }
    }

    std::uint64_t taken_as_finite_ = 0;
    // Limits of every other block: one comparison need not wait for the one before.
    static constexpr std::size_t turns = vectors<V> > 1 ? 1 : 2;

    Float low_[turns][vectors<V>];
    Float high_[turns][vectors<V>];
    typename V::Bits finite_[vectors<V>];  // of the elements looked at with care
    WideLanes<V, 1> squared_;
};

template <class V>
struct SummaryKernel {
    [[gnu::flatten]] static void summarize(const Segment& segment, ValueSummary* summary) {
        Summary<V> quick;
        quick.template take<true>(segment);
        quick.finish(summary);
        if (!all_finite(*summary)) summarize_carefully(segment, summary);
    }

    [[gnu::flatten]] static void summarize_groups(const Segment& segment, std::size_t group,
                                                  ValueSummary* summary, float* low, float* high) {
        switch (group / lanes) {
            case 1:
                return with_groups<1>(segment, summary, low, high);
            case 2:
                return with_groups<2>(segment, summary, low, high);
            case 4:
                return with_groups<4>(segment, summary, low, high);
            default:
                return with_groups<8>(segment, summary, low, high);
        }
    }

  private:
    static bool all_finite(const ValueSummary& summary) { return summary.value_squared <= 0x1p1000; }

    static void summarize_carefully(const Segment& segment, ValueSummary* summary) {
        Summary<V> careful;
        careful.template take<false>(segment);
        careful.finish(summary);
    }

    template <std::size_t blocks>
    static void with_groups(const Segment& segment, ValueSummary* summary, float* low, float* high) {
        Summary<V> quick;
        GroupLimits<V> limits(low, high);
        std::size_t taken = quick.template take_groups<blocks>(segment, limits);
        std::size_t groups = limits.finish();
        quick.finish(summary);
        if (!all_finite(*summary)) {
            summarize_carefully(segment, summary);
            taken = groups = 0;
        }
        RangeKernel<V>::find_group_ranges(segment.x + taken, segment.n - taken, blocks * lanes, false,
                                          low + groups, high + groups);
    }
};

}  // namespace
}  // namespace halfstep::kernels
