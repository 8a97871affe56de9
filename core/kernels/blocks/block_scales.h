// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

// How a superblock stores the scales and minima of its groups: as small integers, times one float16.
namespace halfstep::kernels {
namespace {

template <class V, std::size_t count>
struct StoredScales {
    typename V::Float factor;       // as float16 holds it
    typename V::Float code[count];  // whole numbers
};

template <class V, std::size_t count>
struct ScaleCoder {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;

    // Without importance weights: the largest one gets the largest code.
    static StoredScales<V, count> by_maximum(const Float* values, float largest, Mask& left) {
        Float most = V::set(0);
        for (std::size_t j = 0; j < count; ++j)
            most = V::max(values[j], most);
        const Mask some = most > V::set(0);
        const Float inverse = V::choose(some, V::set(largest) / most, V::set(0));
        StoredScales<V, count> stored;
        for (std::size_t j = 0; j < count; ++j) {
            const Float exact = inverse * values[j];
            left = V::either(left, !(exact >= V::set(-0.5F) && exact <= V::set(largest + 1)));
            stored.code[j] = V::min(Math::round(exact), V::set(largest));
        }
        store_factor(stored, most / V::set(largest), left);
        return stored;
    }

    // ggml's make_qp_quants: the factor and codes with which Σ w·(value − factor·code)² gets small, for
    // values that are not negative. Of two sets of values at once: what one has to wait for fills the gaps of
    // the other.
    static void by_weight(const Float* const* values, const Float* w, float largest,
                          StoredScales<V, count>* stored, Mask& left) {
        Weighted s[2];
        for (std::size_t set = 0; set < 2; ++set)
            begin(s[set], values[set], w, largest, left);
        find_inverses(s);
        for (Weighted& one : s)
            take_codes(one, left);
        for (int sweep = 0; sweep < 5 && improve(s, left); ++sweep) {
        }
        for (std::size_t set = 0; set < 2; ++set) {
            for (std::size_t j = 0; j < count; ++j)
                stored[set].code[j] = V::choose(s[set].zero, V::set(0), s[set].code[j]);
            const Mask weighed = V::both(s[set].square > V::set(0), !s[set].zero);
            const Float square = V::choose(weighed, s[set].square, V::set(1));
            store_factor(stored[set], V::choose(weighed, s[set].product / square, V::set(0)), left);
        }
    }

  private:
    struct Weighted {
        const Float* values;
        const Float* w;
        Float largest;  // code
        Float most;     // of the values
        Mask zero;
        Float inverse;
        Float best;  // error of it
        Float code[count];
        Float product;
        Float square;
    };

    static void begin(Weighted& s, const Float* values, const Float* w, float largest, Mask& left) {
        s.values = values;
        s.w = w;
        s.largest = V::set(largest);
        s.most = s.inverse = s.best = V::set(0);
        for (std::size_t j = 0; j < count; ++j) {
            s.most = V::max(s.most, values[j]);
            left = V::either(left, !(values[j] >= V::set(0)));
        }
        s.zero = s.most < V::set(zero_magnitude);
    }

    static void store_factor(StoredScales<V, count>& stored, Float factor, Mask& left) {
        left = V::either(left, Math::no_half(factor));
        stored.factor = Math::half(factor);
    }

    static void find_inverses(Weighted* s) {
        Mask first = V::set(0) < V::set(1);  // all
        for (int step = 0; step <= 8; ++step) {
            // The middle one first, without a limit (there is nothing to limit).
            const int tenths = step == 0 ? 0 : step <= 4 ? step - 5 : step - 4;
            Float tried[2];
            Float scale[2];
            Float error[2];
            for (std::size_t set = 0; set < 2; ++set) {
                tried[set] = (V::set(0.1F * static_cast<float>(tenths)) + s[set].largest) / s[set].most;
                scale[set] = V::set(1) / tried[set];
                error[set] = V::set(0);
            }
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t set = 0; set < 2; ++set) {
                    Float code = Math::round(tried[set] * s[set].values[j]);
                    if (step > 0) code = V::min(code, s[set].largest);
                    const Float difference = s[set].values[j] - scale[set] * code;
                    error[set] = error[set] + s[set].w[j] * difference * difference;
                }
            for (std::size_t set = 0; set < 2; ++set) {
                const Mask better = V::either(first, error[set] < s[set].best);
                s[set].best = V::choose(better, error[set], s[set].best);
                s[set].inverse = V::choose(better, tried[set], s[set].inverse);
            }
            first = V::none();
        }
    }

    static void take_codes(Weighted& s, Mask& left) {
        s.product = s.square = V::set(0);
        for (std::size_t j = 0; j < count; ++j) {
            const Float exact = s.inverse * s.values[j];
            left = V::either(left, V::both(Math::unroundable(exact), !s.zero));
            s.code[j] = V::min(Math::round(exact), s.largest);
            s.product = s.product + s.w[j] * s.values[j] * s.code[j];
            s.square = s.square + s.w[j] * s.code[j] * s.code[j];
        }
    }

    // One sweep over the codes, each set to what is best with the others as they are. Whether some changed.
    static bool improve(Weighted* s, Mask& left) {
        Mask changed = V::none();
        for (std::size_t j = 0; j < count; ++j)
            for (std::size_t set = 0; set < 2; ++set)
                changed = V::either(changed, improve(s[set], j, left));
        return V::any(changed);
    }

    static Mask improve(Weighted& s, std::size_t j, Mask& left) {
        const Float x = s.values[j];
        const Float product = s.product - s.w[j] * x * s.code[j];
        const Float square = s.square - s.w[j] * s.code[j] * s.code[j];
        const Mask open = V::both(V::both(product > V::set(0), square > V::set(0)), !s.zero);
        const Float exact = x * square / product;
        left = V::either(left, V::both(open, Math::unroundable(exact)));
        const Float code = V::min(Math::round(exact), s.largest);
        const Float next_product = product + s.w[j] * x * code;
        const Float next_square = square + s.w[j] * code * code;
        const Mask better = next_product * next_product * s.square > s.product * s.product * next_square;
        const Mask taken = V::both(V::both(open, code != s.code[j]), better);
        s.code[j] = V::choose(taken, code, s.code[j]);
        s.product = V::choose(taken, next_product, s.product);
        s.square = V::choose(taken, next_square, s.square);
        return taken;
    }
};

}  // namespace
}  // namespace halfstep::kernels
