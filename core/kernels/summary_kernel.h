// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

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
    void take(const float* x, std::size_t n) {
        std::size_t i = 0;
        for (; i + float_sum_elements <= n; i += float_sum_elements) {
            Squares squares;
#pragma GCC unroll 8
            for (std::size_t block = 0; block < float_sum_elements / lanes; ++block)
                take_block<all_finite>(x + i + block * lanes, block % turns, block == 0, squares);
            squared_.add(0, squares.sum);
        }
        taken_as_finite_ = all_finite ? i : 0;
        if (i == n) return;
        Squares squares;
        for (bool starts = true; i < n; i += lanes, starts = false) {
            const TailBlock tail(x + i, n - i < lanes ? n - i : lanes, __builtin_nanf(""));
            take_block<false>(tail.value, 0, starts, squares);
        }
        squared_.add(0, squares.sum);
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
        Float sum[vectors<V>];
    };

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
            const Float squared = value * value;
            squares.sum[k] = starts ? squared : squares.sum[k] + squared;
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
    [[gnu::flatten]] static void summarize(const float* x, std::size_t n, ValueSummary* summary) {
        Summary<V> quick;
        quick.template take<true>(x, n);
        quick.finish(summary);
        if (summary->value_squared <= 0x1p1000) return;
        Summary<V> careful;
        careful.template take<false>(x, n);
        careful.finish(summary);
    }
};

}  // namespace
}  // namespace halfstep::kernels
