// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/claims/claim.h"

#include <span>
#include <string_view>
#include <vector>

namespace halfstep {

// All claims, those at scale last.
std::span<const Claim* const> all_claims();

const Claim* find_claim(std::string_view id);  // null where there is none

struct ClaimResult {
    const Claim* claim = nullptr;
    ClaimFinding finding;
    double seconds = 0;
};

// Measures claims one after another, in the order given. Figures depend on nothing but the inputs.
std::vector<ClaimResult> measure_claims(std::span<const Claim* const> claims, const ClaimInputs& inputs,
                                        const JobContext& job = {});

}  // namespace halfstep
