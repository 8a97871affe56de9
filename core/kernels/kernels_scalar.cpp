// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/all_kernels.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/vector_scalar.h"

namespace halfstep::kernels {

const KernelTable& scalar_kernels() {
    static constexpr KernelTable table = make_kernel_table<ScalarVector>("scalar");
    return table;
}

}  // namespace halfstep::kernels
