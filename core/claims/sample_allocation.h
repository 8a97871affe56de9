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

// int2 to int8 (but 7) in groups of 64.
std::vector<std::string> group_candidates();

// Bits to share out, every tensor's squared relative error counting 1. With `restricted`, as files for
// runtimes need it: the ends at 8 bits, fused layers alike.
Allocation allocation_of(const ClaimWeights& weights, std::span<const std::string> candidates,
                         bool restricted, const JobContext& job);

}  // namespace halfstep
