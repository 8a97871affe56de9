// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_run.h"
#include "core/kernels/kernel_functions.h"

// One per kernels_*.cpp and block_kernels_*.cpp; the x86 ones exist only where HALFSTEP_X86_KERNELS is
// defined.
namespace halfstep::kernels {

const KernelTable& scalar_kernels();
const KernelTable& sse2_kernels();
const KernelTable& avx2_kernels();
const KernelTable& avx512_kernels();

const BlockKernels& scalar_block_kernels();
const BlockKernels& sse2_block_kernels();
const BlockKernels& avx2_block_kernels();
const BlockKernels& avx512_block_kernels();

}  // namespace halfstep::kernels
