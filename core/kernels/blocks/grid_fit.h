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

// Where they are kept, the codes of a fit are those of (x − code_minimum)·code_inverse.
template <class V, bool kept>
struct GridFitCodes {};
template <class V>
struct GridFitCodes<V, true> {
    typename V::Float code_inverse;
    typename V::Float code_minimum;
};

// One such fit in every lane, `groups` of them at a time: what is computed for one fills the gaps of another.
// Codes are seldom wanted, and keeping them costs time at every step.
template <class V, std::size_t n, std::size_t groups, bool keeps_codes = false>
class GridFit {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

  public:
    struct Fit : GridFitCodes<V, keeps_codes> {
        Float scale;
        Float minimum;  // −m, not negative
        Float low;      // of the weights
        Float high;
        Mask flat;  // all codes are 0
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
        for (std::size_t g = groups - lag; g < groups; ++g)
            weigh(rule, g);
        for (std::size_t g = 0; g < groups; ++g)
            finish(state_[g], fits[g], left);
    }

  private:
    // In the walk over a group that sums up its codes the error of the one this many places before it is
    // taken, too: units that add are kept busy. 0, where registers are few: all sums, then all errors.
    static constexpr std::size_t lag = width == 16 && groups == 4 ? 2 : 0;

    struct State : GridFitCodes<V, keeps_codes> {
        Float low, high, sum_w, sum_x;
        Float best, scale, minimum;
        Mask flat, odd;
        // Of the step that is tried.
        Float inverse, next_scale, next_minimum;
    };
    static constexpr float nothing = __builtin_nanf("");

    void begin(State& s, const float* x, const float* w, const GridFitRule& rule) {
        // In registers: the compiler cannot know that the arrays are not part of the state.
        Float low = V::load(x);
        Float high = low;
        Float sum_w = V::load(w);
        Float sum_x = sum_w * low;
        for (std::size_t i = 1; i < n; ++i) {
            const Float value = V::load(x + i * width);
            const Float weight = V::load(w + i * width);
            low = V::min(value, low);  // the first of equal ones: zeros have signs
            high = V::max(value, high);
            sum_w = sum_w + weight;
            sum_x = sum_x + weight * value;
        }
        const Float minimum = V::choose(low > V::set(0), V::set(0), low);
        const Float range = high - minimum;
        const Float inverse = V::set(rule.largest) / range;
        const Float scale = V::set(1) / inverse;
        Float error = V::set(0);
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x + i * width);
            const Float code = Math::round(inverse * (value - minimum));  // 0 to the largest one
            const Float difference = (scale * code + minimum) - value;
            error = error + V::load(w + i * width) *
                                (rule.absolute ? size<true>(difference) : size<false>(difference));
        }
        s.low = low;
        s.high = high;
        s.sum_w = sum_w;
        s.sum_x = sum_x;
        s.scale = scale;
        s.minimum = minimum;
        if constexpr (keeps_codes) {
            s.code_inverse = inverse;
            s.code_minimum = minimum;
        }
        s.flat = !(high > minimum);
        s.odd = Math::unroundable(inverse * range);
        s.next_scale = s.next_minimum = V::set(nothing);
        s.best = error;  // NaN where flat, and so is that of every step
    }

    static float steps_in_range(const GridFitRule& rule, int step) {
        return (rule.first + rule.delta * static_cast<float>(step)) + rule.largest;
    }
    static void invert(const GridFitRule& rule, int step, State& s) {
        s.inverse = V::set(steps_in_range(rule, step)) / (s.high - s.minimum);
    }

    void try_step(const GridFitRule& rule, int step) {
        // Of the highest weight the inverse scale makes its numerator again, but for two roundings.
        const bool high = steps_in_range(rule, step) > (rule.largest + 0.5F) * (1 - 0x1p-20F);
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t weighed = (g + groups - lag) % groups;
            try_group(rule, high, g, weighed);
            if (lag > 0) invert(rule, g < lag ? step : step + 1, state_[weighed]);
        }
        for (std::size_t g = 0; lag == 0 && g < groups; ++g) {
            weigh(rule, g);
            invert(rule, step + 1, state_[g]);  // early: it need not be waited for then
        }
    }

    // `high`: whether the highest weight's code has to be limited.
    void try_group(const GridFitRule& rule, bool high, std::size_t g, std::size_t weighed) {
        State& s = state_[g];
        // Products and differences round monotonically: the outermost weights bound them all. The lowest
        // one's is NaN or beyond the limits, too, where the inverse scale is not finite or its sign is wrong.
        const Float bottom = s.inverse * (s.low - s.minimum);
        const Mask within = V::abs(bottom - V::set(0.5F * rule.largest)) < V::set(0.5F * rule.largest + 0.5F);
        if (V::any(!within)) {
            s.odd = V::either(s.odd, Math::unroundable(bottom));
            try_group<true, true>(rule, g, weighed);
        } else if (high) {
            try_group<false, true>(rule, g, weighed);
        } else {
            try_group<false, false>(rule, g, weighed);
        }
    }

    template <bool low, bool high>
    void try_group(const GridFitRule& rule, std::size_t g, std::size_t weighed) {
        CodeSums<low, high> sums(*this, g, rule.largest);
        if constexpr (lag == 0) {
#pragma GCC unroll 4
            for (std::size_t i = 0; i < n * width; i += width)
                sums.add(i);
            solve(state_[g], sums);
        } else if (rule.absolute) {
            sum_and_weigh<true>(sums, g, weighed);
        } else {
            sum_and_weigh<false>(sums, g, weighed);
        }
    }

    template <bool absolute, class Sums>
    void sum_and_weigh(Sums& sums, std::size_t g, std::size_t weighed) {
        ErrorSum<absolute> error(*this, weighed);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n * width; i += width) {
            error.add(i);
            sums.add(i);
        }
        solve(state_[g], sums);
        take_if_better(state_[weighed], error);
    }

    void weigh(const GridFitRule& rule, std::size_t g) {
        if (rule.absolute)
            weigh<true>(g);
        else
            weigh<false>(g);
    }
    template <bool absolute>
    void weigh(std::size_t g) {
        ErrorSum<absolute> error(*this, g);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < n * width; i += width)
            error.add(i);
        take_if_better(state_[g], error);
    }

    // Of a step; the codes are written down.
    template <bool low, bool high>
    struct CodeSums {
        CodeSums(GridFit& fit, std::size_t g, float largest_code)
            : x(fit.x_ + g * n * width),
              w(fit.w_ + g * n * width),
              codes(fit.codes_ + g * n * width),
              inverse(fit.state_[g].inverse),
              minimum(fit.state_[g].minimum),
              largest(V::set(largest_code)) {}

        void add(std::size_t i) {
            const Float value = V::load(x + i);
            Float code = Math::round(inverse * (value - minimum));
            if constexpr (high) code = V::min(code, largest);
            if constexpr (low) code = V::max(code, V::set(0));
            V::store(codes + i, code);
            const Float weighted = V::load(w + i) * code;
            l = l + weighted;
            ll = ll + weighted * code;
            xl = xl + weighted * value;
        }

        const float* x;
        const float* w;
        float* codes;
        Float inverse, minimum, largest;
        Float l = V::set(0);
        Float ll = V::set(0);
        Float xl = V::set(0);
    };

    // Of the s and m that were found for a step.
    template <bool absolute>
    struct ErrorSum {
        ErrorSum(const GridFit& fit, std::size_t g)
            : x(fit.x_ + g * n * width),
              w(fit.w_ + g * n * width),
              codes(fit.codes_ + g * n * width),
              scale(fit.state_[g].next_scale),
              minimum(fit.state_[g].next_minimum) {}

        void add(std::size_t i) {
            const Float difference = (scale * V::load(codes + i) + minimum) - V::load(x + i);
            sum = sum + V::load(w + i) * size<absolute>(difference);
        }

        const float* x;
        const float* w;
        const float* codes;
        Float scale, minimum;
        Float sum = V::set(0);
    };

    template <bool absolute>
    static Float size(Float difference) {
        return absolute ? V::abs(difference) : difference * difference;
    }

    // The s and m of least squares; s is NaN, as the error is then, where there are none.
    template <class Sums>
    static void solve(State& s, const Sums& sums) {
        const Float determinant = s.sum_w * sums.ll - sums.l * sums.l;
        Float scale = (s.sum_w * sums.xl - s.sum_x * sums.l) / determinant;
        Float minimum = (sums.ll * s.sum_x - sums.l * sums.xl) / determinant;
        const Mask positive = minimum > V::set(0);
        if (V::any(positive)) {
            scale = V::choose(positive, sums.xl / sums.ll, scale);
            minimum = V::choose(positive, V::set(0), minimum);
        }
        s.next_scale = V::choose(determinant > V::set(0), scale, V::set(nothing));
        s.next_minimum = minimum;
    }

    // Some lane's nearly always is.
    template <class Error>
    static void take_if_better(State& s, const Error& error) {
        const Mask better = error.sum < s.best;
        if constexpr (keeps_codes) {
            s.code_inverse = V::choose(better, s.inverse, s.code_inverse);
            s.code_minimum = V::choose(better, s.minimum, s.code_minimum);
        }
        s.best = V::choose(better, error.sum, s.best);
        s.scale = V::choose(better, error.scale, s.scale);
        s.minimum = V::choose(better, error.minimum, s.minimum);
    }

    static void finish(const State& s, Fit& fit, Mask& left) {
        fit.scale = V::choose(s.flat, V::set(0), s.scale);
        fit.minimum = Math::negated(s.minimum);
        fit.low = s.low;
        fit.high = s.high;
        fit.flat = s.flat;
        if constexpr (keeps_codes) {
            fit.code_inverse = s.code_inverse;
            fit.code_minimum = s.code_minimum;
        }
        left = V::either(left, V::both(s.odd, !s.flat));
        left = V::either(left, V::either(Math::huge(s.low), Math::huge(s.high)));
    }

    const float* x_ = nullptr;
    const float* w_ = nullptr;
    State state_[groups];
    alignas(64) float codes_[groups * n * width] = {};
};

}  // namespace
}  // namespace halfstep::kernels
