// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

// ggml's make_qx_quants: of n weights the scale s and codes −largest to largest − 1 with
// which Σ w·(s·code − x)² gets small.
namespace halfstep::kernels {
namespace {

// The first weight of the largest magnitude.
template <class V>
struct Extreme {
    typename V::Float value = V::set(0);
    typename V::Float magnitude = V::set(0);

    void offer(typename V::Float x) {
        const typename V::Float size = V::abs(x);
        const typename V::Mask larger = size > magnitude;
        magnitude = V::choose(larger, size, magnitude);
        value = V::choose(larger, x, value);
    }
};

// The same of n values a lane. Mostly the limits tell; only where both are as large the order counts.
template <class V, std::size_t n>
struct ExtremeOf {
    using Float = typename V::Float;

    explicit ExtremeOf(const float* x) {
        low = high = V::load(x);
        for (std::size_t i = 1; i < n; ++i) {
            low = V::min(low, V::load(x + i * V::width));
            high = V::max(high, V::load(x + i * V::width));
        }
        const Float below = V::set(0) - low;
        magnitude = V::max(below, high);
        zero = magnitude < V::set(zero_magnitude);
        value = V::choose(below > high, low, high);
        if (V::any(V::both(below == high, !zero))) {
            Extreme<V> extreme;
            for (std::size_t i = 0; i < n; ++i)
                extreme.offer(V::load(x + i * V::width));
            value = extreme.value;
        }
        value = V::choose(zero, V::set(1), value);
    }

    Float low, high;
    Float magnitude;
    typename V::Mask zero;
    Float value;  // 1 where zero
};

template <class V>
struct ScaleFitResult {
    typename V::Float scale;      // may be negative; 0 where zero
    typename V::Float inverse;    // the codes are those of x · inverse
    typename V::Float magnitude;  // of the largest weight
    typename V::Mask zero;        // nothing but zeros: codes, too, are 0 (which stands for −largest)
};

template <class V, std::size_t n>
class ScaleFit {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    explicit ScaleFit(float largest) : largest_(largest) {}

    // x and w: n values a lane.
    ScaleFitResult<V> run(const float* x, const float* w) {
        const ExtremeOf<V, n> extreme(x);
        for (std::size_t i = 0; i < n * width; i += width)
            V::store(product_ + i, V::load(w + i) * V::load(x + i));
        extreme_ = extreme.value;
        x_ = x;
        w_ = w;
        low_ = extreme.low;
        high_ = extreme.high;
        begin();
        for (int step = -9; step <= 9; step += step == -1 ? 2 : 1)
            candidate_[step < 0 ? step + 9 : step + 8] =
                V::set(-(largest_ + 0.1F * static_cast<float>(step))) / extreme_;
        for (std::size_t i = 0; i < 18; i += together)
            try_inverses<together>(candidate_ + i, i >= 9);
        return {V::choose(extreme.zero, V::set(0), scale_), inverse_, extreme.magnitude, extreme.zero};
    }

    // The code as a whole number from −largest to largest − 1.
    static Float code(Float value, float largest) {
        return V::max(V::min(Math::round(value), V::set(largest - 1)), V::set(-largest));
    }

  private:
    static constexpr std::size_t together = 3;  // inverse scales tried at once

    void begin() {
        inverse_ = V::set(-largest_) / extreme_;
        Float product[1];
        Float square[1];
        sum<1, true, true>(&inverse_, product, square);
        const Mask weighed = !(square[0] == V::set(0));  // NaN, too
        scale_ = V::choose(weighed, product[0] / square[0], V::set(0));
        best_ = scale_ * product[0];
    }

    template <std::size_t count>
    void try_inverses(const Float* inverse, bool likely_above) {
        Float product[count];
        Float square[count];
        Mask above = V::none();
        Mask below = V::none();
        for (std::size_t j = 0; j < count; ++j) {
            const Float a = inverse[j] * low_;
            const Float b = inverse[j] * high_;
            above = V::either(above, V::max(a, b) >= V::set(largest_ - 0.5F));
            below = V::either(below, V::min(a, b) < V::set(-largest_ - 0.5F));
        }
        // Where some lane is likely to have a code too large, a branch would cost more than the clamping.
        if (V::any(below))
            sum<count, true, true>(inverse, product, square);
        else if (likely_above || V::any(above))
            sum<count, false, true>(inverse, product, square);
        else
            sum<count, false, false>(inverse, product, square);
        choose<count>(inverse, product, square);
    }

    // As if one had been tried after the other.
    template <std::size_t count>
    void choose(const Float* inverse, const Float* product, const Float* square) {
        Float scale[count];
        Float gain[count];
        for (std::size_t j = 0; j < count; ++j) {
            scale[j] = product[j] / square[j];
            gain[j] = scale[j] * product[j];
        }
        for (std::size_t j = 0; j < count; ++j) {
            const Mask better = V::both(square[j] > V::set(0), product[j] * product[j] > best_ * square[j]);
            scale_ = V::choose(better, scale[j], scale_);
            best_ = V::choose(better, gain[j], best_);
            inverse_ = V::choose(better, inverse[j], inverse_);
        }
    }

    // Σ w·x·code and Σ w·code².
    template <std::size_t count, bool low_end, bool high_end>
    void sum(const Float* inverse, Float* product, Float* square) const {
        Float products[count];
        Float squares[count];
        for (std::size_t j = 0; j < count; ++j)
            products[j] = squares[j] = V::set(0);
        const Float high = V::set(largest_ - 1);
        const Float low = V::set(-largest_);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x_ + i * width);
            const Float weight = V::load(w_ + i * width);
            const Float weighted = V::load(product_ + i * width);
            for (std::size_t j = 0; j < count; ++j) {
                Float code = Math::round(inverse[j] * value);
                if constexpr (high_end) code = V::min(code, high);
                if constexpr (low_end) code = V::max(code, low);
                products[j] = products[j] + weighted * code;
                squares[j] = squares[j] + weight * code * code;
            }
        }
        for (std::size_t j = 0; j < count; ++j) {
            product[j] = products[j];
            square[j] = squares[j];
        }
    }

    float largest_;
    const float* x_ = nullptr;
    const float* w_ = nullptr;
    Float low_, high_, extreme_, inverse_, scale_, best_;
    Float candidate_[18];
    alignas(64) float product_[n * width];  // w·x
};

}  // namespace
}  // namespace halfstep::kernels
