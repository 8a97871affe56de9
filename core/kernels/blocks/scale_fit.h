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

// The same of several groups: while sums of one are taken, nothing of the next one need be waited for.
template <class V, std::size_t n>
class ScaleFit {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    explicit ScaleFit(float largest) : largest_(largest) {
        for (std::size_t j = 0; j < tried; ++j) {
            const int tenths = static_cast<int>(j) - (j == 0 ? 0 : j < first_above ? 10 : 9);
            numerator_[j] = -(largest + 0.1F * static_cast<float>(tenths));
        }
    }

    // x and w: n values a lane and group; no weight is negative. Where w is null, they are the squares of x.
    void run(const float* x, const float* w, std::size_t groups, ScaleFitResult<V>* fits) {
        prepare(group_[0], x, w, 0);
        for (std::size_t j = 0; j < groups; ++j) {
            Group& group = group_[j % 2];
            begin(group);
            if (j + 1 < groups) prepare(group_[(j + 1) % 2], x, w, (j + 1) * n * width);
            try_from<part_size(0)>(group);
            fits[j] = {V::choose(group.zero, V::set(0), scale_), inverse_, group.magnitude, group.zero};
        }
    }

    // The code as a whole number from −largest to largest − 1.
    static Float code(Float value, float largest) {
        return V::max(V::min(Math::round(value), V::set(largest - 1)), V::set(-largest));
    }

  private:
    // Inverse scales tried: −(largest + tenths/10)/extreme, first 0 tenths, then −9 to −1, then 1 to 9.
    static constexpr std::size_t tried = 19;
    static constexpr std::size_t first_above = 10;
    // At once: as many as there are registers for.
    static constexpr std::size_t together = width == 16 ? 5 : 3;

    static constexpr std::size_t part_size(std::size_t first) {
        const std::size_t rest = (first < first_above ? first_above : tried) - first;
        return rest <= together + 1 ? rest : together;
    }

    struct Sums {
        Float product;
        Float square;
    };

    struct Group {
        const float* w;
        Float magnitude;
        Mask zero;
        Float extreme;
        Float inverse[tried];
        alignas(64) float squared[n * width];  // weights, where none are given
        alignas(64) float product[n * width];  // w·x
        alignas(64) float low[n * width];
        alignas(64) float high[n * width];
    };

    // Cuts weights where their codes are cut: beyond these shares of the extreme one each has the outermost
    // code, whichever inverse scale is tried, and at them, too. So codes need no limits.
    void prepare(Group& group, const float* all_x, const float* all_w, std::size_t at) const {
        const float* x = all_x + at;
        const bool given = all_w != nullptr;
        const ExtremeOf<V, n> extreme(x);
        group.w = given ? all_w + at : group.squared;
        group.magnitude = extreme.magnitude;
        group.zero = extreme.zero;
        group.extreme = extreme.value;
        invert(group, 0, part_size(0));
        const float most = largest_;
        const Float low_top = extreme.value * middle((1.5F - most) / (most - 0.9F), (0.5F - most) / most);
        const Float top =
            extreme.value * middle((1.5F - most) / (most + 0.1F), (0.5F - most) / (most + 0.9F));
        const Float end =
            extreme.value * middle((most - 0.5F) / (most + 0.1F), (most + 0.5F) / (most + 0.9F));
        const Float limits[4] = {V::min(low_top, extreme.value), V::max(low_top, extreme.value),
                                 V::min(top, end), V::max(top, end)};
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float value = V::load(x + i);
            const Float weight = given ? V::load(group.w + i) : value * value;
            if (!given) V::store(group.squared + i, weight);
            V::store(group.product + i, weight * value);
            V::store(group.low + i, V::max(V::min(value, limits[1]), limits[0]));
            V::store(group.high + i, V::max(V::min(value, limits[3]), limits[2]));
        }
    }
    static Float middle(float a, float b) { return V::set(0.5F * (a + b)); }

    void invert(Group& group, std::size_t first, std::size_t end) const {
        for (std::size_t j = first; j < end; ++j)
            group.inverse[j] = V::set(numerator_[j]) / group.extreme;
    }

    void begin(Group& group) {
        constexpr std::size_t first_part = part_size(0);
        Sums sums[first_part];
        sum<0>(group, sums);
        const Mask weighed = !(sums[0].square == V::set(0));  // NaN, too
        scale_ = V::choose(weighed, sums[0].product / sums[0].square, V::set(0));
        best_ = scale_ * sums[0].product;
        inverse_ = group.inverse[0];
        choose<1, first_part>(group, sums + 1);
    }

    template <std::size_t first>
    void try_from(Group& group) {
        constexpr std::size_t count = part_size(first);
        Sums sums[count];
        sum<first>(group, sums);
        choose<first, first + count>(group, sums);
        if constexpr (first + count < tried) try_from<first + count>(group);
    }

    // As if one had been tried after the other.
    template <std::size_t first, std::size_t end>
    void choose(const Group& group, const Sums* sums) {
        Float scale[end - first];
        for (std::size_t j = 0; j < end - first; ++j)
            scale[j] = sums[j].product / sums[j].square;
        for (std::size_t j = 0; j < end - first; ++j) {
            const Float product = sums[j].product;
            // Not where the square is 0: so is the product then.
            const Mask better = product * product > best_ * sums[j].square;
            scale_ = V::choose(better, scale[j], scale_);
            inverse_ = V::choose(better, group.inverse[first + j], inverse_);
            best_ = V::choose(better, scale[j] * product, best_);
        }
    }

    // Σ w·x·code and Σ w·code². The inverse scales of the next part are made meanwhile.
    template <std::size_t first>
    void sum(Group& group, Sums* sums) const {
        constexpr std::size_t count = part_size(first);
        if constexpr (first + count < tried)
            invert(group, first + count, first + count + part_size(first + count));
        const float* x = first < first_above ? group.low : group.high;
        Float inverse[count];
        Sums s[count];
        for (std::size_t j = 0; j < count; ++j) {
            inverse[j] = group.inverse[first + j];
            s[j] = {V::set(0), V::set(0)};
        }
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float value = V::load(x + i);
            const Float weight = V::load(group.w + i);
            const Float weighted = V::load(group.product + i);
            for (std::size_t j = 0; j < count; ++j) {
                const Float code = Math::round(inverse[j] * value);
                s[j].product = s[j].product + weighted * code;
                s[j].square = s[j].square + weight * code * code;
            }
        }
        for (std::size_t j = 0; j < count; ++j)
            sums[j] = s[j];
    }

    float largest_;
    float numerator_[tried];
    Float scale_, inverse_, best_;  // the best ones of those tried so far
    Group group_[2];
};

}  // namespace
}  // namespace halfstep::kernels
