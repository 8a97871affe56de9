// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation.h"
#include "core/claims/claim_weights.h"

#include <string>
#include <vector>

namespace halfstep {

// A model that bits are shared out in: the sample, or where there is none twelve random matrices of three
// sizes and three distributions.
ClaimWeights layered_weights(const ClaimInputs& inputs);

// Eight Gaussian matrices of one size: no layer suffers more than another.
ClaimWeights equal_layers();

// int2 to int8 in groups of 64.
std::vector<std::string> group_candidates();

enum class Counting : std::uint8_t { equal, by_role };  // what a tensor's squared relative error counts
struct AllocationSetting {
    std::vector<std::string> candidates;
    Counting counting = Counting::equal;
    bool restricted = false;  // as files for runtimes are: the ends at 8 bits, fused layers alike
};

Allocation allocation_of(const ClaimWeights& weights, const AllocationSetting& setting,
                         const JobContext& job);

// The best plan for so many bits a weight, or bytes of the model.
BestChoice best_plan(const Allocation& allocation, const Budget& budget, const JobContext& job);

}  // namespace halfstep
