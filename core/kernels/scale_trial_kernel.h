// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"
#include "core/kernels/nearest_whole.h"
#include "core/kernels/scale_trial.h"

// Four scales tried on one unit in one walk over it; see ScaleTrialSums. Element i goes to lane i mod 16, and
// lanes are added in halves: i and i + 8, then i + 4, and so on.
namespace halfstep::kernels {
namespace {

// As many trials at once as leave their sums in registers.
template <class V, std::size_t trials, bool clips>
class ScaleTrial {
    using Float = typename V::Float;

  public:
    ScaleTrial(const ScaleTrials& all, std::size_t first) {
        for (std::size_t j = 0; j < trials; ++j) {
            t_[j] = V::set(all.t[first + j]);
            low_[j] = V::set(all.low[first + j]);
            high_[j] = V::set(all.high[first + j]);
            for (std::size_t k = 0; k < vectors<V>; ++k)
                residual_[j][k] = tilt_[j][k] = V::set(0);
        }
    }

    void take_block(const float* x) {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            const Float value = V::load(x + k * V::width);
            for (std::size_t j = 0; j < trials; ++j) {
                const Float position = value * t_[j];
                Float kept = position;
                if constexpr (clips) kept = V::min(V::max(position, low_[j]), high_[j]);
                const Float code = nearest_whole<V>(kept);
                const Float rest = position - code;
                residual_[j][k] = residual_[j][k] + rest * rest;
                tilt_[j][k] = tilt_[j][k] + rest * code;
            }
        }
    }

    void finish(typename V::Quarter* residual, typename V::Quarter* tilt) const {
        for (std::size_t j = 0; j < trials; ++j) {
            residual[j] = V::quarter(residual_[j]);
            tilt[j] = V::quarter(tilt_[j]);
        }
    }

  private:
    Float t_[trials];
    Float low_[trials];
    Float high_[trials];
    Float residual_[trials][vectors<V>];
    Float tilt_[trials][vectors<V>];
};

template <class V>
struct ScaleTrialKernel {
    [[gnu::flatten]] static void try_scales(const float* x, std::size_t n, const ScaleTrials& trials,
                                            ScaleTrialSums* sums) {
        if (trials.clips)
            try_all<true>(x, n, trials, sums);
        else
            try_all<false>(x, n, trials, sums);
    }

  private:
    template <bool clips>
    static void try_all(const float* x, std::size_t n, const ScaleTrials& trials, ScaleTrialSums* sums) {
        constexpr std::size_t at_once = V::width < scale_trials ? 1 : V::width / scale_trials;
        typename V::Quarter residual[scale_trials];
        typename V::Quarter tilt[scale_trials];
        for (std::size_t first = 0; first < scale_trials; first += at_once) {
            ScaleTrial<V, at_once, clips> trial(trials, first);
            std::size_t i = 0;
            for (; i + lanes <= n; i += lanes)
                trial.take_block(x + i);
            if (i < n) trial.take_block(TailBlock(x + i, n - i, 0).value);
            trial.finish(residual + first, tilt + first);
        }
        V::store_totals(sums->residual, residual);
        V::store_totals(sums->tilt, tilt);
    }
};

}  // namespace
}  // namespace halfstep::kernels
