// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/what_if.h"

#include <span>
#include <vector>

namespace halfstep {

// What one level of a grid takes: a share of the weights, and of Σ(x−x̂)².
struct LevelShare {
    double weights = 0;
    double error = 0;
};

// Where a weight changes from each level of a what-if to the next one: the largest float32 that takes the
// lower of the two: half-way (where formats that round to even may differ); between the levels of a log
// scheme, half-way in the logarithm.
std::vector<float> level_thresholds(const Scheme& scheme, const WhatIf& what_if);

// One a level; all 0 where there are no weights, or no error. Each bucket of the table is taken as a whole,
// by its mean. `thresholds` is one shorter than `levels`, both ascending.
std::vector<LevelShare> level_shares(const MomentTable& table, std::span<const float> levels,
                                     std::span<const float> thresholds);

}  // namespace halfstep
