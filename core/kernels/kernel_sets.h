// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_functions.h"

// One per kernels_*.cpp; the x86 ones exist only where HALFSTEP_X86_KERNELS is defined.
namespace halfstep::kernels {

const KernelTable& scalar_kernels();
const KernelTable& sse2_kernels();
const KernelTable& avx2_kernels();
const KernelTable& avx512_kernels();

}  // namespace halfstep::kernels
