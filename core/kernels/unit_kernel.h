// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/float_kernel.h"
#include "core/kernels/lanes_kernel.h"
#include "core/kernels/nearest_whole.h"
#include "core/kernels/rounding_kernel.h"

// Scales and zero-points of many units side by side: what grid_from_limits and uniform_unit do for one,
// operation by operation.
namespace halfstep::kernels {
namespace {

// The last float32 number that rounds to the whole number `code` >= 0: code + 1/2 rounds to even.
template <class V>
inline typename V::Float last_of_code(typename V::Float code) {
    const typename V::Bits odd = V::bits(code + V::set(0x1p23F)) & V::set_bits(1);
    return V::from_bits(V::bits(code + V::set(0.5F)) - odd);
}

template <class V>
inline typename V::Float negated(typename V::Float v) {
    return V::from_bits(V::bits(v) ^ V::set_bits(0x80000000U));
}

template <class V>
class UnitMaker {
    using Float = typename V::Float;
    using Mask = typename V::Mask;

  public:
    explicit UnitMaker(const UnitRule& rule)
        : rule_(rule), top_(V::set(rule.top)), bottom_(V::set(rule.bottom)) {}

    void make(const float* low, const float* high, std::size_t at, const UnitArrays& units) {
        const Float from = V::load(low + at);
        const Float to = V::load(high + at);
        const Float scale = scale_of(from, to);
        const Mask none = scale == V::set(0);
        const Float reciprocal = V::choose(none, V::set(0), V::set(1) / V::choose(none, V::set(1), scale));
        Float zero_point = V::set(0);
        if (rule_.symmetry == UnitRule::asymmetric) zero_point = zero_point_of(from, scale);
        Float first = V::set(-rule_.limit);
        Float last = V::set(rule_.limit);
        if (rule_.limit == 0) {
            first = negated<V>(last_of_code<V>(bottom_ + zero_point));
            last = last_of_code<V>(top_ - zero_point);
        }
        V::store(units.reciprocal + at, reciprocal);
        V::store(units.scale + at, scale);
        V::store(units.low + at, first);
        V::store(units.high + at, last);
        const Mask clipping = V::either(from * reciprocal<first, to * reciprocal> last);
        V::store(units.clipping + at, V::choose(clipping, V::set(1), V::set(0)));
        clips_ = clips_ || V::any(clipping);
    }

    UnitOutcome outcome() const { return {clips_, lost_}; }

  private:
    Float scale_of(Float from, Float to) {
        if (rule_.scales == UnitRule::e8m0) return power_of_two(V::max(V::abs(from), V::abs(to)));
        if (rule_.scales == UnitRule::e4m3) return two_levels(V::max(V::abs(from), V::abs(to)));
        return stored(usable(exact_scale(from, to)));
    }

    // `top_` and the lowest scale are powers of two themselves.
    Float power_of_two(Float largest) const {
        const Float power = V::from_bits(V::bits(largest) & V::set_bits(0x7f800000U));
        return V::max(power / top_, V::set(0x1p-127F));
    }

    Float two_levels(Float largest) const {
        constexpr float largest_e4m3 = 448;
        constexpr float smallest_e4m3 = 0x1p-9F;
        if (rule_.tensor_scale == 0) return V::set(0);
        const Float full = top_ * V::set(rule_.tensor_scale);
        const Float within = V::max(V::min(largest / full, V::set(largest_e4m3)), V::set(smallest_e4m3));
        const Float wanted = V::choose(largest == V::set(0), V::set(1), within);
        const FloatRounding<V> e4m3({0x1p-6F, 0x1.8p20F});
        return usable(e4m3.nearest(wanted) * V::set(rule_.tensor_scale));
    }

    Float exact_scale(Float from, Float to) const {
        switch (rule_.symmetry) {
            case UnitRule::symmetric:
                return V::max(V::abs(from), V::abs(to)) / top_;
            case UnitRule::symmetric_full:
                return V::max(to / top_, negated<V>(from) / bottom_);
            case UnitRule::asymmetric:
                break;
        }
        const Float low = V::min(from, V::set(0));
        const Float high = V::max(to, V::set(0));
        const Float width = high - low;
        const Mask overflows = width > V::set(largest_float);
        const Float scale = width / top_;
        return V::any(overflows) ? V::choose(overflows, high / top_ - low / top_, scale) : scale;
    }

    // A scale whose reciprocal would be infinite is 0: those up to 2^-128, and what is not a number.
    static Float usable(Float scale) { return V::choose(scale > V::set(0x1p-128F), scale, V::set(0)); }

    Float stored(Float scale) {
        if (rule_.scales != UnitRule::f16) return scale;
        const Float rounded = round_to_f16<V>(scale);
        const Float kept = V::choose(rounded <= V::set(65504.0F), rounded, V::set(infinity));
        const Mask lost = V::either(kept == V::set(infinity), kept == V::set(0));
        lost_ = lost_ || V::any(V::both(scale != V::set(0), lost));
        return kept;
    }

    Float zero_point_of(Float from, Float scale) const {
        const Float low = V::min(from, V::set(0));
        const Float position = V::min(negated<V>(low) / scale, top_);
        const Float rounded = nearest_whole_by_adding<V>(position);
        const Mask usable = V::both(scale > V::set(0), scale <= V::set(largest_float));
        return V::choose(usable, rounded, V::set(0));
    }

    UnitRule rule_;
    Float top_;
    Float bottom_;
    bool clips_ = false;
    bool lost_ = false;
};

template <class V>
struct UnitKernel {
    [[gnu::flatten]] static UnitOutcome make(const UnitRule& rule, const float* low, const float* high,
                                             std::size_t n, const UnitArrays& units) {
        UnitMaker<V> maker(rule);
        for (std::size_t at = 0; at < n; at += V::width)
            maker.make(low, high, at, units);
        return maker.outcome();
    }
};

}  // namespace
}  // namespace halfstep::kernels
