// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_functions.h"
#include "tests/core/kernels/kernel_test_values.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace halfstep::testing {

// What a kernel must do to one finite weight.
struct Expected {
    float reconstruction = 0;
    bool clipped = false;
};
using Rule = std::function<Expected(std::size_t index, float x)>;

struct Kernel {
    std::function<void(const kernels::KernelTable&, const float*, std::size_t, bool, kernels::SegmentSums*)>
        measure;
    std::function<std::uint64_t(const kernels::KernelTable&, const float*, std::size_t, float*, float*)>
        reconstruct;
};

// What a rule makes of weights, and their sums by the definition.
struct ExpectedSegment {
    std::vector<float> reconstruction;
    std::vector<bool> clipped;
    kernels::SegmentSums sums{};
};
ExpectedSegment apply(const Rule& rule, const TestValues& values);

// Runs a kernel of every instruction set over every kind of weights and compares each bit with the rule.
std::string check(const Rule& rule, const Kernel& kernel);

}  // namespace halfstep::testing
