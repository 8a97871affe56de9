// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

// Plain structures only, as in kernel_types.h.
namespace halfstep::kernels {

inline constexpr std::size_t scale_trials = 4;

// Scales 1/t to try on one unit side by side. The codes k = round(clamp(x·t, low, high)) are less the
// zero-point.
struct ScaleTrials {
    float t[scale_trials];
    float low[scale_trials];
    float high[scale_trials];
    bool clips;  // false is a promise that no code is beyond low or high
};

// With r = x·t − k: Σk² = Σ(x·t)² − 2Σrk − Σr², the best scale for the codes of t is (1 + Σrk/Σk²)/t, and its
// error (Σr² − (Σrk)²/Σk²)/t².
struct ScaleTrialSums {
    float residual[scale_trials];  // Σr²
    float tilt[scale_trials];      // Σrk
};

}  // namespace halfstep::kernels
