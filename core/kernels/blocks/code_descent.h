// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/scale_fit.h"

namespace halfstep::kernels {
namespace {

// ggml's make_q3_quants: codes of the scale that just holds all weights, then moved one by one, each to what
// is best with the others as they are, in up to five sweeps. Weights count by their squares. With A = Σ
// w·x·code and B = Σ w·code², and a and b the same without one weight, its best code is round(x·b/a).
template <class V, std::size_t n>
class CodeDescent {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    // Writes n codes a lane, from −largest to largest − 1.
    ScaleFitResult<V> run(const float* x, float largest, float* codes, Mask& left) {
        largest_ = largest;
        const ExtremeOf<V, n> extreme(x);
        const Float inverse = V::set(-largest) / extreme.value;
        product_ = square_ = V::set(0);
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float value = V::load(x + i);
            const Float code = V::min(Math::round(inverse * value), V::set(largest - 1));
            const Float weight = value * value;
            const Float term = weight * value * code;
            product_ = product_ + term;
            square_ = square_ + weight * code * code;
            V::store(codes + i, code);
            V::store(half_term_ + i, V::set(0.5F) * term);
        }
        open_ = !extreme.zero;
        for (int sweep = 0; sweep < 5 && improve(x, codes, left); ++sweep) {
        }
        const Mask weighed = V::both(square_ > V::set(0), !extreme.zero);
        left = V::either(left, V::both(open_, !(V::abs(product_) + square_ < V::set(1e38F))));
        return {V::choose(weighed, product_ / square_, V::set(0)), inverse, extreme.magnitude, extreme.zero};
    }

  private:
    // x·b/a is code + (x·B − code·A)/a. So a code stays where |x·B − code·A| is below half of a = A −
    // w·x·code; looked at with a margin of A/250 for what roundings do. x·B is cut to [−largest·A, (largest −
    // 1)·A] and a little more: beyond that the outermost code stays, too.
    struct Bounds {
        Float low, high, reach;
    };
    Bounds bounds() const {
        return {V::set(-largest_ - 0.05F) * product_, V::set(largest_ - 0.95F) * product_,
                V::set(0.495F) * product_};
    }

    bool improve(const float* x, float* codes, Mask& left) {
        // With a not positive nothing is done, and a <= A while the codes have the sign of the weights, as
        // they have where A is positive.
        const Mask active = V::both(open_, product_ > V::set(0));
        if (!V::any(active)) return false;
        const bool tiny = V::any(V::both(active, product_ < V::set(1e-25F)));
        Bounds bound = bounds();
        Mask changed = V::none();
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float value = V::load(x + i);
            const Float code = V::load(codes + i);
            const Float wanted = V::min(V::max(value * square_, bound.low), bound.high);
            const Float off = V::abs(wanted - code * product_);
            const Mask doubtful = V::both(active, !(off < bound.reach - V::load(half_term_ + i)));
            if (!tiny && !V::any(doubtful)) continue;
            const Mask moved = move(tiny ? active : doubtful, value, i, codes + i, left);
            if (!V::any(moved)) continue;
            changed = V::either(changed, moved);
            bound = bounds();
        }
        return V::any(changed);
    }

    Mask move(Mask doubtful, Float value, std::size_t place, float* at, Mask& left) {
        const Float code = V::load(at);
        const Float weight = value * value;
        const Float weighted = weight * value;
        const Float product = product_ - weighted * code;
        const Float square = square_ - weight * code * code;
        const Mask open = V::both(doubtful, product > V::set(0));
        const Float next = best_code(open, value * square, product, code, left);
        const Float term = weighted * next;
        const Float next_product = product + term;
        const Float next_square = square + weight * next * next;
        const Mask better = next_product * next_product * square_ > product_ * product_ * next_square;
        const Mask taken = V::both(V::both(open, next != code), V::both(next_square > V::set(0), better));
        V::store(at, V::choose(taken, next, code));
        V::store(half_term_ + place, V::choose(taken, V::set(0.5F) * term, V::load(half_term_ + place)));
        product_ = V::choose(taken, next_product, product_);
        square_ = V::choose(taken, next_square, square_);
        return taken;
    }

    // round(numerator/product), limited. Mostly it is the code's neighbour, and plainly so: a division takes
    // long.
    Float best_code(Mask open, Float numerator, Float product, Float code, Mask& left) const {
        const Float off = numerator - code * product;
        const Float step = V::choose(off > V::set(0), V::set(1), V::set(-1));
        const Float neighbour = code + step;
        const Float rest = V::abs(numerator - neighbour * product);
        const Mask inside = V::both(neighbour<V::set(largest_ - 0.5F), neighbour> V::set(-largest_ - 0.5F));
        const Mask plain =
            V::both(V::both(inside, rest < V::set(0.499F) * product), product > V::set(1e-25F));
        if (!V::any(V::both(open, !plain))) return neighbour;
        const Float exact = numerator / product;
        left = V::either(left, V::both(open, Math::unroundable(exact)));
        return V::max(V::min(Math::round(exact), V::set(largest_ - 1)), V::set(-largest_));
    }

    float largest_ = 0;
    Float product_, square_;
    Mask open_;
    alignas(64) float half_term_[n * width];  // w·x·code / 2
};

}  // namespace
}  // namespace halfstep::kernels
