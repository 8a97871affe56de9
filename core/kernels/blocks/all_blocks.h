// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/fp4_blocks.h"
#include "core/kernels/blocks/grid_superblock.h"
#include "core/kernels/blocks/legacy_blocks.h"
#include "core/kernels/blocks/level_blocks.h"
#include "core/kernels/blocks/scale_superblock.h"
#include "core/kernels/blocks/simple_blocks.h"

namespace halfstep::kernels {
namespace {

template <class V>
constexpr BlockKernels make_block_kernels(const char* name) {
    BlockKernels table{};
    table.name = name;
    table.q2_K = GridSuperblockKernel<V>::q2_K;
    table.q3_K = ScaleSuperblockKernel<V>::q3_K;
    table.q4_K = GridSuperblockKernel<V>::q4_K;
    table.q5_K = GridSuperblockKernel<V>::q5_K;
    table.q6_K = ScaleSuperblockKernel<V>::q6_K;
    table.iq4_nl = LevelBlockKernel<V>::iq4_nl;
    table.iq4_xs = LevelBlockKernel<V>::iq4_xs;
    table.plain_q4_0 = SimpleBlockKernel<V>::q4_0;
    table.plain_q4_1 = SimpleBlockKernel<V>::q4_1;
    table.plain_q5_0 = SimpleBlockKernel<V>::q5_0;
    table.plain_q5_1 = SimpleBlockKernel<V>::q5_1;
    table.q8_0 = SimpleBlockKernel<V>::q8_0;
    table.mxfp4 = Fp4BlockKernel<V>::mxfp4;
    table.nvfp4 = Fp4BlockKernel<V>::nvfp4;
    table.q4_0 = LegacyBlockKernel<V>::q4_0;
    table.q4_1 = LegacyBlockKernel<V>::q4_1;
    table.q5_0 = LegacyBlockKernel<V>::q5_0;
    table.q5_1 = LegacyBlockKernel<V>::q5_1;
    return table;
}

}  // namespace
}  // namespace halfstep::kernels
