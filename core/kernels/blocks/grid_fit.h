// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

// ggml's make_qkx2_quants and make_qkx3_quants: of n weights the scale s, the minimum m <= 0 and the codes 0
// to `largest` with which Σ w·|s·code + m − x| or Σ w·(s·code + m − x)² gets small, tried out for a range of
// inverse scales, each with the s and m that fit its codes best.
namespace halfstep::kernels {
namespace {

struct GridFitRule {
    float largest;  // code
    float first;    // the inverse scales tried are (first + delta·step + largest) / (max − m)
    float delta;
    int steps;      // the last step: one more are tried
    bool absolute;  // errors count by magnitude, else squared
};

// One such fit in every lane, `groups` of them at a time: what is computed for one fills the gaps of another.
template <class V, std::size_t n, std::size_t groups>
class GridFit {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    struct Fit {
        Float scale;
        Float minimum;  // −m, not negative
        Float low;      // of the weights
        Float high;
        // The codes are those of (x − code_minimum)·code_inverse; all 0 where flat.
        Float code_inverse;
        Float code_minimum;
        Mask flat;
    };

    // x and w: groups · n values a lane. What cannot be rounded is added to `left`.
    void run(const float* x, const float* w, const GridFitRule& rule, Fit* fits, Mask& left) {
        x_ = x;
        w_ = w;
        for (std::size_t g = 0; g < groups; ++g)
            begin(state_[g], x + g * n * width, w + g * n * width, rule);
        for (std::size_t g = 0; g < groups; ++g)
            invert(rule, 0, state_[g]);
        for (int step = 0; step <= rule.steps; ++step)
            try_step(rule, step);
        for (std::size_t g = 0; g < groups; ++g)
            finish(state_[g], fits[g], left);
    }

  private:
    struct State {
        Float low, high, sum_w, sum_x;
        Float best, scale, minimum, code_inverse, code_minimum;
        Mask flat, odd;
        // Of the step that is tried.
        Float inverse, next_scale, next_minimum;
        Mask possible;
    };
    struct Sums {
        Float l, ll, xl;
    };

    void begin(State& s, const float* x, const float* w, const GridFitRule& rule) {
        s.low = s.high = V::load(x);
        s.sum_w = V::load(w);
        s.sum_x = s.sum_w * s.low;
        for (std::size_t i = 1; i < n; ++i) {
            const Float value = V::load(x + i * width);
            const Float weight = V::load(w + i * width);
            s.low = V::min(value, s.low);  // the first of equal ones: zeros have signs
            s.high = V::max(value, s.high);
            s.sum_w = s.sum_w + weight;
            s.sum_x = s.sum_x + weight * value;
        }
        s.minimum = V::choose(s.low > V::set(0), V::set(0), s.low);
        const Float range = s.high - s.minimum;
        s.flat = !(s.high > s.minimum);
        const Float inverse = V::set(rule.largest) / range;
        s.scale = V::set(1) / inverse;
        s.code_inverse = inverse;
        s.code_minimum = s.minimum;
        s.odd = Math::unroundable(inverse * range);
        Float error = V::set(0);
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x + i * width);
            const Float code = clamped(Math::round(inverse * (value - s.minimum)), V::set(rule.largest));
            error = error + V::load(w + i * width) * size(rule, (s.scale * code + s.minimum) - value);
        }
        s.best = error;
    }

    static Float clamped(Float code, Float largest) { return V::max(V::min(code, largest), V::set(0)); }
    static Float size(const GridFitRule& rule, Float difference) {
        return rule.absolute ? V::abs(difference) : difference * difference;
    }

    static void invert(const GridFitRule& rule, int step, State& s) {
        const float steps_in_range = (rule.first + rule.delta * static_cast<float>(step)) + rule.largest;
        s.inverse = V::set(steps_in_range) / (s.high - s.minimum);
    }

    void try_step(const GridFitRule& rule, int step) {
        for (std::size_t g = 0; g < groups; ++g)
            solve(state_[g], sum_codes(rule, state_[g], g));
        constexpr std::size_t pair = groups < 2 ? 1 : 2;
        for (std::size_t g = 0; g < groups; g += pair) {
            weigh<pair>(rule, g);
            for (std::size_t j = g; j < g + pair; ++j)
                invert(rule, step + 1, state_[j]);  // early: it need not be waited for then
        }
    }

    Sums sum_codes(const GridFitRule& rule, State& s, std::size_t g) {
        // Products and differences round monotonically: the outermost weights bound them all.
        const Float top = s.inverse * (s.high - s.minimum);
        const Float bottom = s.inverse * (s.low - s.minimum);
        s.odd = V::either(s.odd, V::either(Math::unroundable(top), Math::unroundable(bottom)));
        const bool high = V::any(top >= V::set(rule.largest + 0.5F));
        const bool low = V::any(bottom < V::set(-0.5F));
        const std::size_t at = g * n * width;
        if (low && high) return sum_codes<true, true>(s, at, rule.largest);
        if (low) return sum_codes<true, false>(s, at, rule.largest);
        if (high) return sum_codes<false, true>(s, at, rule.largest);
        return sum_codes<false, false>(s, at, rule.largest);
    }

    template <bool low, bool high>
    Sums sum_codes(const State& s, std::size_t at, float largest_code) {
        const float* x = x_ + at;
        const float* w = w_ + at;
        float* codes = codes_ + at;
        const Float inverse = s.inverse;
        const Float minimum = s.minimum;
        const Float largest = V::set(largest_code);
        Sums sums{V::set(0), V::set(0), V::set(0)};
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x + i * width);
            Float code = Math::round(inverse * (value - minimum));
            if constexpr (high) code = V::min(code, largest);
            if constexpr (low) code = V::max(code, V::set(0));
            V::store(codes + i * width, code);
            const Float weighted = V::load(w + i * width) * code;
            sums.l = sums.l + weighted;
            sums.ll = sums.ll + weighted * code;
            sums.xl = sums.xl + weighted * value;
        }
        return sums;
    }

    // The s and m of least squares.
    static void solve(State& s, const Sums& sums) {
        const Float determinant = s.sum_w * sums.ll - sums.l * sums.l;
        const Mask solvable = determinant > V::set(0);
        Float scale = (s.sum_w * sums.xl - s.sum_x * sums.l) / determinant;
        Float minimum = (sums.ll * s.sum_x - sums.l * sums.xl) / determinant;
        const Mask positive = minimum > V::set(0);
        if (V::any(positive)) {
            scale = V::choose(positive, sums.xl / sums.ll, scale);
            minimum = V::choose(positive, V::set(0), minimum);
        }
        s.next_scale = scale;
        s.next_minimum = minimum;
        s.possible = V::both(solvable, !s.flat);
    }

    template <std::size_t count>
    void weigh(const GridFitRule& rule, std::size_t first) {
        if (rule.absolute)
            weigh<count, true>(first);
        else
            weigh<count, false>(first);
    }

    // The errors of `count` groups. Some lane's is nearly always the least so far.
    template <std::size_t count, bool absolute>
    void weigh(std::size_t first) {
        Float error[count];
        Float scale[count];
        Float minimum[count];
        for (std::size_t j = 0; j < count; ++j) {
            error[j] = V::set(0);
            scale[j] = state_[first + j].next_scale;
            minimum[j] = state_[first + j].next_minimum;
        }
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < count; ++j) {
                const std::size_t place = ((first + j) * n + i) * width;
                Float difference = (scale[j] * V::load(codes_ + place) + minimum[j]) - V::load(x_ + place);
                difference = absolute ? V::abs(difference) : difference * difference;
                error[j] = error[j] + V::load(w_ + place) * difference;
            }
        for (std::size_t j = 0; j < count; ++j) {
            State& s = state_[first + j];
            const Mask better = V::both(s.possible, error[j] < s.best);
            s.best = V::choose(better, error[j], s.best);
            s.code_inverse = V::choose(better, s.inverse, s.code_inverse);
            s.code_minimum = V::choose(better, s.minimum, s.code_minimum);
            s.scale = V::choose(better, s.next_scale, s.scale);
            s.minimum = V::choose(better, s.next_minimum, s.minimum);
        }
    }

    static void finish(const State& s, Fit& fit, Mask& left) {
        fit.scale = V::choose(s.flat, V::set(0), s.scale);
        fit.minimum = Math::negated(s.minimum);
        fit.low = s.low;
        fit.high = s.high;
        fit.code_inverse = s.code_inverse;
        fit.code_minimum = s.code_minimum;
        fit.flat = s.flat;
        left = V::either(left, V::both(s.odd, !s.flat));
        left = V::either(left, V::either(Math::huge(s.low), Math::huge(s.high)));
    }

    const float* x_ = nullptr;
    const float* w_ = nullptr;
    State state_[groups];
    alignas(64) float codes_[groups * n * width];
};

}  // namespace
}  // namespace halfstep::kernels
