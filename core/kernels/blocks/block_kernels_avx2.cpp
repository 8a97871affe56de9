// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/blocks/all_blocks.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/level_search.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {
namespace {

struct Vector256 : XsimdVector<xsimd::avx2> {
    using LevelSearch = LevelSearch256;
};

}  // namespace

const BlockKernels& avx2_block_kernels() {
    static constexpr BlockKernels table = make_block_kernels<Vector256>("avx2");
    return table;
}

}  // namespace halfstep::kernels
