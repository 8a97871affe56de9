// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_steps.h"
#include "core/allocation/budget.h"
#include "core/allocation/knapsack.h"
#include "core/allocation/option_sets.h"

#include <cstdint>
#include <vector>

namespace halfstep {

// What is sought among options that go together, prepared once.
class AllocationPart {
  public:
    AllocationPart(const std::vector<AllocationClass>& all, OptionSet set);

    // With the options that go together only.
    const std::vector<AllocationClass>& classes() const { return classes_; }

    // Bits or bytes are its weights and losses its values; for a limit of the loss the other way round.
    const Knapsack& knapsack(Budget::Of of) const;

    AllocationSteps steps(Budget::Of of) const;

    std::vector<std::uint32_t> smallest() const;    // of equally small ones the most exact
    std::vector<std::uint32_t> most_exact() const;  // of equally exact ones the smallest

    // The same choice as places among all options.
    std::vector<std::uint32_t> among_all(std::vector<std::uint32_t> chosen) const;

  private:
    std::vector<AllocationClass> classes_;
    OptionSet places_;
    Knapsack by_bits_;
    Knapsack by_bytes_;
    Knapsack by_loss_;
};

}  // namespace halfstep
