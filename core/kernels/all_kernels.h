// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/codebook_kernel.h"
#include "core/kernels/compare_kernel.h"
#include "core/kernels/convert_kernel.h"
#include "core/kernels/float_kernel.h"
#include "core/kernels/kernel_functions.h"
#include "core/kernels/log_kernel.h"
#include "core/kernels/moments_kernel.h"
#include "core/kernels/range_kernel.h"
#include "core/kernels/rounding_kernel.h"
#include "core/kernels/scale_scan_kernel.h"
#include "core/kernels/scale_trial_kernel.h"
#include "core/kernels/summary_kernel.h"
#include "core/kernels/uniform_kernel.h"
#include "core/kernels/unit_kernel.h"

namespace halfstep::kernels {
namespace {

template <class V>
constexpr KernelTable make_kernel_table(const char* name) {
    using Bf16 = RoundingKernel<V, Bf16Quantizer<V>>;
    KernelTable table{};
    table.name = name;
    table.convert_f16 = convert_f16;
    table.convert_bf16 = convert_bf16;
    table.find_range = RangeKernel<V>::find_range;
    table.summarize = SummaryKernel<V>::summarize;
    table.summarize_groups = SummaryKernel<V>::summarize_groups;
    table.find_codes = ScaleScanKernel<V>::find_codes;
    table.make_units = UnitKernel<V>::make;
    table.find_group_ranges = RangeKernel<V>::find_group_ranges;
    table.measure_uniform = UniformKernel<V>::measure;
    table.measure_float = FloatKernel<V>::measure;
    table.measure_scaled_codebook = ScaledCodebookKernel<V>::measure;
    table.measure_log = LogKernel<V>::measure;
    table.measure_codebook = CodebookKernel<V>::measure;
    table.measure_bf16 = Bf16::measure;
    table.reconstruct_uniform = UniformKernel<V>::reconstruct;
    table.reconstruct_float = FloatKernel<V>::reconstruct;
    table.reconstruct_scaled_codebook = ScaledCodebookKernel<V>::reconstruct;
    table.reconstruct_log = LogKernel<V>::reconstruct;
    table.reconstruct_codebook = CodebookKernel<V>::reconstruct;
    table.reconstruct_bf16 = Bf16::reconstruct;
    table.compare = CompareKernel<V>::compare;
    table.compare_wide = CompareKernel<V>::compare_wide;
    table.sum_powers = MomentsKernel<V>::sum_powers;
    table.try_scales = ScaleTrialKernel<V>::try_scales;
    return table;
}

}  // namespace
}  // namespace halfstep::kernels
