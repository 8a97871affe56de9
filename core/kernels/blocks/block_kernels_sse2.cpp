// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/blocks/all_blocks.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {
namespace {

using Vector128 = XsimdVector<xsimd::sse2>;

}  // namespace

const BlockKernels& sse2_block_kernels() {
    static constexpr BlockKernels table = make_block_kernels<Vector128>("sse2");
    return table;
}

}  // namespace halfstep::kernels
