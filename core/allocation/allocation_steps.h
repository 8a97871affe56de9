// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_rules.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace halfstep {

// Choices changed one class at a time.
class AllocationSteps {
  public:
    using Weight = std::function<double(const AllocationOption&)>;

    AllocationSteps(const std::vector<AllocationClass>& classes, Weight weight)
        : classes_(classes), weight_(std::move(weight)) {}

    double weight(const std::vector<std::uint32_t>& chosen) const;

    // Always the step that gains most loss for its weight, while any fits.
    void climb(std::vector<std::uint32_t>& chosen, double capacity) const;

    // Always the step that loses least for the weight it saves, until the choice fits or nothing is left to
    // save.
    void descend(std::vector<std::uint32_t>& chosen, double capacity) const;

  private:
    const std::vector<AllocationClass>& classes_;
    Weight weight_;
};

// The option whose bits a weight are nearest; of equally near ones the more exact.
std::uint32_t nearest_option(const AllocationClass& of, double bits_per_weight);

}  // namespace halfstep
