// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/blocks/all_blocks.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/vector_scalar.h"

namespace halfstep::kernels {

const BlockKernels& scalar_block_kernels() {
    static constexpr BlockKernels table = make_block_kernels<ScalarVector>("scalar");
    return table;
}

}  // namespace halfstep::kernels
