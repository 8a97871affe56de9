// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/all_kernels.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {

const KernelTable& avx512_kernels() {
    static constexpr KernelTable table = make_kernel_table<XsimdVector<xsimd::avx512f>>("avx512");
    return table;
}

}  // namespace halfstep::kernels
