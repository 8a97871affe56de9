// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_rules.h"

#include <cstddef>
#include <vector>

// Problems made up for tests.
namespace halfstep::testing {

// A tensor with one option for each of the schemes "int2", "int3", …: `bits` stored bits a weight and a loss
// each.
struct SampleOption {
    const char* scheme;
    double bits_per_weight;
    double loss;
};
AllocationTensor sample_tensor(const char* name, Role role, std::optional<int> block, std::uint64_t elements,
                               const std::vector<SampleOption>& options);

// The tensors of a transformer of so many blocks, seven weights each, with embeddings and head; eight schemes
// whose errors fall by 6 dB a bit, and differ from tensor to tensor. The same for the same seed.
AllocationProblem sample_transformer(std::size_t blocks, unsigned seed);
std::vector<Scheme> sample_schemes();

Pin pin(std::size_t tensor, const char* scheme, const char* from = "a test");
Tie tie(std::vector<std::size_t> tensors, const char* from = "a test");
LeastBits least(std::size_t tensor, double bits_per_weight, const char* from = "a test");

}  // namespace halfstep::testing
