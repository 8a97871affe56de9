// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Rounding to the nearest whole number, ties to even, of numbers below 2^22.
namespace halfstep::kernels {
namespace {

// 1.5·2^23: its last digit counts ones.
inline constexpr float integer_rounder = 0x1.8p23F;

// Of what rounds to zero, a zero without a sign.
template <class V>
typename V::Float nearest_whole_by_adding(typename V::Float v) {
    return (v + V::set(integer_rounder)) - V::set(integer_rounder);
}

// The same but for the sign of zeros: by one instruction where there is one, which leaves the adding units to
// others.
template <class V>
typename V::Float nearest_whole(typename V::Float v) {
    if constexpr (V::rounds_at_once)
        return V::round_even(v);
    else
        return nearest_whole_by_adding<V>(v);
}

}  // namespace
}  // namespace halfstep::kernels
