// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/all_kernels.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/level_search.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {
namespace {

struct Vector256 : XsimdVector<xsimd::avx2> {
    using LevelSearch = LevelSearch256;
};

}  // namespace

const KernelTable& avx2_kernels() {
    static constexpr KernelTable table = make_kernel_table<Vector256>("avx2");
    return table;
}

}  // namespace halfstep::kernels
