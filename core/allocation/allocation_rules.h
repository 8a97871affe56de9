// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_problem.h"

#include <cstddef>
#include <string>
#include <vector>

namespace halfstep {

// What is decided already. Tensors are named by their place in AllocationProblem::tensors. `from` says in
// messages whose wish it is ("--pin '.*down.*=int8'", "locked in the window").
struct Pin {
    std::size_t tensor = 0;
    Scheme scheme;
    std::string from;
};

// These share one scheme: runtimes that fuse q, k and v or gate and up have one buffer for them.
struct Tie {
    std::vector<std::size_t> tensors;
    std::string from;
};

// At least so many stored bits a weight.
struct LeastBits {
    std::size_t tensor = 0;
    double bits_per_weight = 0;
    std::string from;
};

// Only schemes of one of the sets go together in a plan, for runtimes that have one setting for a whole
// model. A tensor that none of the set can be applied to is kept. No sets: all schemes go together.
struct Together {
    std::vector<std::vector<Scheme>> sets;
    std::string from;  // who takes no others: "bitsandbytes"
};

struct AllocationRules {
    std::vector<Scheme> candidates;  // what tensors without a pin choose from
    std::vector<Pin> pins;
    std::vector<Tie> ties;
    std::vector<LeastBits> limits;
    Together together;
};

// Tensors that get one scheme together, and what there is to choose from.
struct AllocationClass {
    std::vector<std::size_t> tensors;
    std::uint64_t elements = 0;
    double sensitivity = 0;  // sum
    bool pinned = false;
    bool may_be_kept = false;               // keep breaks no pin and no limit
    std::vector<AllocationOption> options;  // sums over the tensors
};

// What there is to decide, in the order of each class's first tensor.
struct AllocationClasses {
    std::vector<AllocationClass> classes;
    std::vector<Issue> issues;  // tensors that no candidate can be applied to: they are kept
};

// The choices that the rules leave. Throws Error that names the tensor and both wishes where two of them
// contradict each other, or where no candidate fulfils a limit.
AllocationClasses allocation_classes(const AllocationProblem& problem, const AllocationRules& rules);

// Ties that are usual. Queries, keys and values, and gate and up, of each block.
std::vector<Tie> fused_ties(const AllocationProblem& problem);
// Token embeddings with the output head, where a model that ties them stores them twice.
std::vector<Tie> embedding_ties(const AllocationProblem& problem);

// Embeddings, output head and the tensors of the first and the last block: those that suffer first, as every
// runtime's own recipes have it. At least 8 bits a weight.
std::vector<LeastBits> sensitive_layers_limit(const AllocationProblem& problem, double bits_per_weight = 8);

}  // namespace halfstep
