// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"

#include <cstddef>
#include <string>
#include <vector>

namespace halfstep::testing {

// Lengths around every boundary of the kernels: a vector, 16 lanes, 128 elements, a segment.
std::vector<std::size_t> awkward_lengths();

// Test weights. `start` is where to begin reading in `storage`, so that every alignment comes up.
struct TestValues {
    std::string name;
    std::vector<float> storage;
    std::size_t start = 0;
    bool all_finite = true;

    const float* data() const { return storage.data() + start; }
    std::size_t size() const { return storage.size() - start; }
};

// Gaussian weights, the same with outliers, with NaN and infinity among them, and values from the whole range
// of float32 (both zeros, subnormals, the largest).
std::vector<TestValues> test_values(std::size_t length);

// The sums of a segment by their definition, one element after another: lane i mod 16, float over 128
// elements, then double; lanes folded in halves. Non-finite x are left out.
kernels::SegmentSums plain_segment_sums(const float* x, const std::vector<float>& reconstruction,
                                        const std::vector<bool>& clipped);

// The same for what is taken of the values alone.
kernels::ValueSummary plain_summary(const float* x, std::size_t n);

// Empty where both have the same bits, else what differs.
std::string difference(const kernels::SegmentSums& actual, const kernels::SegmentSums& expected);

}  // namespace halfstep::testing
