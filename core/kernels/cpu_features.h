// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep {

// Instruction sets that the processor has and the operating system saves the registers of.
struct CpuFeatures {
    bool sse2 = false;
    bool avx2 = false;    // AVX2 and F16C
    bool avx512 = false;  // AVX-512 F, BW, VL and DQ
};

CpuFeatures detect_cpu_features();

}  // namespace halfstep
