// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <string>

// Why there is no plan, with the figures, for those who say it in other words or another language.
namespace halfstep {

// Even the smallest plan is beyond the budget.
struct BudgetTooSmall : Error {
    double least_bits_per_weight = 0;  // over the tensors that are chosen for
    std::uint64_t least_bytes = 0;     // of the whole model

    using Error::Error;
};

// No candidate has the least bits that a tensor, place().tensor, is to have.
struct LimitOutOfReach : Error {
    double bits_per_weight = 0;

    using Error::Error;
};

// Two tensors that share a scheme are pinned to different ones: place().tensor, and another.
struct PinsApart : Error {
    Scheme scheme;
    std::string other;
    Scheme other_scheme;

    using Error::Error;
};

}  // namespace halfstep
