// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/all_kernels.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {

const KernelTable& sse2_kernels() {
    static constexpr KernelTable table = make_kernel_table<XsimdVector<xsimd::sse2>>("sse2");
    return table;
}

}  // namespace halfstep::kernels
