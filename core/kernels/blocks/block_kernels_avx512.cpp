// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/blocks/all_blocks.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/level_search.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {
namespace {

struct Vector512 : XsimdVector<xsimd::avx512f> {
    using LevelSearch = LevelSearch512;
};

}  // namespace

const BlockKernels& avx512_block_kernels() {
    static constexpr BlockKernels table = make_block_kernels<Vector512>("avx512");
    return table;
}

}  // namespace halfstep::kernels
