// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"
#include "core/kernels/nearest_whole.h"

// The scale with the smallest Σ(x − s·k)² for 16 short units side by side, a unit a lane, so that every lane
// does the same operations whatever the vector width. For given codes k the best scale is A/B, A = Σx·k, B =
// Σk², and takes A²/B off Σx²; the codes are those of some t: k = round(clamp(x·t)). See ScaleScanPlan.
namespace halfstep::kernels {
namespace {

template <class V>
class ScaleScan {
    using Float = typename V::Float;

    struct Candidate {
        Float gain = V::set(0);  // A²/B
        Float t = V::set(0);
        Float scale = V::set(0);
        Float step = V::set(0);  // how far the t's beside it are

        void take(typename V::Mask better, const Candidate& other) {
            gain = V::choose(better, other.gain, gain);
            t = V::choose(better, other.t, t);
            scale = V::choose(better, other.scale, scale);
            step = V::choose(better, other.step, step);
        }
    };

  public:
    ScaleScan(const float* x, std::size_t rows, const ScaleScanPlan& plan)
        : x_(x), rows_(rows), plan_(plan), low_(V::set(plan.low)), high_(V::set(plan.high)) {}

    // Where the smallest error was found.
    Float best_t(Float unclipped) {
        for (std::size_t i = 0; i + 1 < plan_.positions; i += 2) {
            Candidate pair[2];
            for (std::size_t j = 0; j < 2; ++j) {
                pair[j].t = unclipped * V::set(plan_.position[i + j]);
                pair[j].step = unclipped * V::set(plan_.step[i + j]);
            }
            weigh(pair);
            for (const Candidate& one : pair)
                offer(one);
        }
        const Candidate tops[2] = {first_, second_};
        for (const Candidate& top : tops) {
            look_beside(top, V::set(1.0F / 3));
            look_beside(top, V::set(2.0F / 3));
        }
        for (int round = 0; round < 2; ++round) {
            Candidate pair[2] = {first_, second_};
            for (Candidate& one : pair)
                one.t = V::set(1) / V::choose(one.scale > V::set(0), one.scale, V::set(1));
            weigh(pair);
            for (const Candidate& one : pair)
                first_.take(one.gain > first_.gain, one);
        }
        return first_.t;
    }

    // A and B of the codes of t, in double.
    void sum_codes(Float t, double* product, double* square) const {
        typename V::Double products[V::doubles];
        typename V::Double squares[V::doubles];
        for (std::size_t half = 0; half < V::doubles; ++half)
            products[half] = squares[half] = V::set_double(0);
        for (std::size_t row = 0; row < rows_; ++row) {
            const Float x = V::load(x_ + row * lanes);
            typename V::Double values[V::doubles];
            typename V::Double codes[V::doubles];
            V::widen(x, values);
            V::widen(code_of(x, t), codes);
            for (std::size_t half = 0; half < V::doubles; ++half) {
                products[half] = products[half] + values[half] * codes[half];
                squares[half] = squares[half] + codes[half] * codes[half];
            }
        }
        for (std::size_t half = 0; half < V::doubles; ++half) {
            V::store_double(product + half * (V::width / V::doubles), products[half]);
            V::store_double(square + half * (V::width / V::doubles), squares[half]);
        }
    }

  private:
    Float code_of(Float x, Float t) const {
        const Float kept = V::min(V::max(x * t, low_), high_);
        return nearest_whole<V>(kept);
    }

    void weigh(Candidate* pair) const {
        Float product[2] = {V::set(0), V::set(0)};
        Float square[2] = {V::set(0), V::set(0)};
        for (std::size_t row = 0; row < rows_; ++row) {
            const Float x = V::load(x_ + row * lanes);
            for (std::size_t j = 0; j < 2; ++j) {
                const Float code = code_of(x, pair[j].t);
                product[j] = product[j] + x * code;
                square[j] = square[j] + code * code;
            }
        }
        for (std::size_t j = 0; j < 2; ++j) {
            const typename V::Mask any = square[j] > V::set(0);
            pair[j].scale = V::choose(any, product[j], V::set(0)) / V::choose(any, square[j], V::set(1));
            pair[j].gain = product[j] * pair[j].scale;
        }
    }

    void offer(const Candidate& one) {
        const typename V::Mask best = one.gain > first_.gain;
        Candidate left = one;
        left.take(best, first_);
        first_.take(best, one);
        second_.take(left.gain > second_.gain, left);
    }

    void look_beside(const Candidate& top, Float share) {
        Candidate pair[2] = {top, top};
        pair[0].t = top.t - top.step * share;
        pair[1].t = top.t + top.step * share;
        weigh(pair);
        for (const Candidate& one : pair)
            first_.take(one.gain > first_.gain, one);
    }

    const float* x_;
    std::size_t rows_;
    const ScaleScanPlan& plan_;
    Float low_;
    Float high_;
    Candidate first_;
    Candidate second_;
};

template <class V>
struct ScaleScanKernel {
    [[gnu::flatten]] static void find_codes(const float* x, std::size_t rows, const float* unclipped,
                                            const ScaleScanPlan& plan, double* product, double* square) {
        for (std::size_t lane = 0; lane < lanes; lane += V::width) {
            ScaleScan<V> scan(x + lane, rows, plan);
            scan.sum_codes(scan.best_t(V::load(unclipped + lane)), product + lane, square + lane);
        }
    }
};

}  // namespace
}  // namespace halfstep::kernels
