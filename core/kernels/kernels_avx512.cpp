// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/all_kernels.h"
#include "core/kernels/kernel_sets.h"
#include "core/kernels/level_search.h"
#include "core/kernels/vector_xsimd.h"

namespace halfstep::kernels {
namespace {

struct Vector512 : XsimdVector<xsimd::avx512f> {
    using LevelSearch = LevelSearch512;
};

}  // namespace

const KernelTable& avx512_kernels() {
    static constexpr KernelTable table = make_kernel_table<Vector512>("avx512");
    return table;
}

}  // namespace halfstep::kernels
