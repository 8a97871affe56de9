// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_run.h"
#include "core/kernels/kernel_functions.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace halfstep::kernels {

// The table in use: the best one of this processor, or the one that HALFSTEP_SIMD (scalar, sse2, avx2,
// avx512) names. Throws Error where that is unknown, or not possible here.
const KernelTable& kernel_table();

// The kernels for GGUF blocks of the same instruction set.
const BlockKernels& block_kernels();
const BlockKernels& block_kernels(const KernelTable& table);

// The tables that this build has and this processor can run, slowest first. For tests and benchmarks.
std::vector<const KernelTable*> available_kernel_tables();

// What kernel_table() does with a given HALFSTEP_SIMD (empty: none).
const KernelTable& choose_kernel_table(std::string_view forced);

// A segment behind which nothing is to be fetched.
inline Segment lone_segment(const float* x, std::size_t n, bool all_finite) {
    return {x, n, all_finite, x, lanes * sizeof(float)};
}

}  // namespace halfstep::kernels
