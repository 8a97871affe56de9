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
    // values that are not negative.
    static StoredScales<V, count> by_weight(const Float* values, const Float* w, float largest, Mask& left) {
        Float most = V::set(0);
        for (std::size_t j = 0; j < count; ++j) {
            most = V::max(most, values[j]);
            left = V::either(left, !(values[j] >= V::set(0)));
        }
        const Mask zero = most < V::set(zero_magnitude);
        Float inverse = best_inverse(values, w, largest, most);
        Weighted s{values, w, V::set(largest), {}, V::set(0), V::set(0)};
        for (std::size_t j = 0; j < count; ++j) {
            const Float exact = inverse * values[j];
            left = V::either(left, V::both(Math::unroundable(exact), !zero));
            s.code[j] = V::min(Math::round(exact), s.largest);
            s.product = s.product + w[j] * values[j] * s.code[j];
            s.square = s.square + w[j] * s.code[j] * s.code[j];
        }
        for (int sweep = 0; sweep < 5 && improve(s, left, zero); ++sweep) {
        }
        StoredScales<V, count> stored;
        for (std::size_t j = 0; j < count; ++j)
            stored.code[j] = V::choose(zero, V::set(0), s.code[j]);
        const Mask weighed = s.square > V::set(0);
        const Float factor = V::choose(V::both(weighed, !zero),
                                       s.product / V::choose(weighed, s.square, V::set(1)), V::set(0));
        store_factor(stored, factor, left);
        return stored;
    }

  private:
    struct Weighted {
        const Float* values;
        const Float* w;
        Float largest;
        Float code[count];
        Float product;
        Float square;
    };

    static void store_factor(StoredScales<V, count>& stored, Float factor, Mask& left) {
        left = V::either(left, Math::no_half(factor));
        stored.factor = Math::half(factor);
    }

    static Float best_inverse(const Float* values, const Float* w, float largest, Float most) {
        Float inverse = V::set(largest) / most;
        Float best = V::set(0);
        for (int step = 0; step <= 8; ++step) {
            // The middle one first, without a limit (there is nothing to limit).
            const int tenths = step == 0 ? 0 : step <= 4 ? step - 5 : step - 4;
            const Float tried =
                step == 0 ? inverse : V::set(0.1F * static_cast<float>(tenths) + largest) / most;
            const Float scale = V::set(1) / tried;
            Float error = V::set(0);
            for (std::size_t j = 0; j < count; ++j) {
                Float code = Math::round(tried * values[j]);
                if (step > 0) code = V::min(code, V::set(largest));
                const Float difference = values[j] - scale * code;
                error = error + w[j] * difference * difference;
            }
            if (step == 0) {
                best = error;
            } else {
                const Mask better = error < best;
                best = V::choose(better, error, best);
                inverse = V::choose(better, tried, inverse);
            }
        }
        return inverse;
    }

    // One sweep over the codes, each set to what is best with the others as they are.
    static bool improve(Weighted& s, Mask& left, Mask zero) {
        Mask changed = V::none();
        for (std::size_t j = 0; j < count; ++j) {
            const Float x = s.values[j];
            const Float product = s.product - s.w[j] * x * s.code[j];
            const Float square = s.square - s.w[j] * s.code[j] * s.code[j];
            const Mask open = V::both(V::both(product > V::set(0), square > V::set(0)), !zero);
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
            changed = V::either(changed, taken);
        }
        return V::any(changed);
    }
};

}  // namespace
}  // namespace halfstep::kernels
