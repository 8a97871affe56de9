// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_rules.h"

#include <cstdint>
#include <vector>

namespace halfstep {

// Of each class the options that go together with those of the others, as places in its options.
using OptionSet = std::vector<std::vector<std::uint32_t>>;

// One set for each set of schemes that the rules leave together, and one of everything where all go together.
// Adds keep to the options of classes that it is left for. Throws Error, saying why none is left, where the
// pins and limits leave no set of schemes that goes together.
std::vector<OptionSet> option_sets(const AllocationProblem& problem, const AllocationRules& rules,
                                   std::vector<AllocationClass>& classes);

}  // namespace halfstep
