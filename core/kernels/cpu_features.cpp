// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/cpu_features.h"

#include <cstdint>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

namespace halfstep {
namespace {

struct Registers {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf) {
    Registers r;
    __get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx);  // leaves zeros where there is no such leaf
    return r;
}

// XCR0: which register states the operating system saves when it switches threads.
std::uint32_t saved_states() {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

constexpr bool all_set(unsigned word, unsigned bits) {
    return (word & bits) == bits;
}

}  // namespace

CpuFeatures detect_cpu_features() {
    // Bit numbers: Intel SDM volume 2A, CPUID; volume 1, 13.3 for XCR0.
    constexpr unsigned leaf1_ecx_osxsave = 1U << 27U;
    constexpr unsigned leaf1_ecx_avx = 1U << 28U;
    constexpr unsigned leaf1_ecx_f16c = 1U << 29U;
    constexpr unsigned leaf1_edx_sse2 = 1U << 26U;
    constexpr unsigned leaf7_ebx_avx2 = 1U << 5U;
    constexpr unsigned leaf7_ebx_avx512 = 1U << 16U | 1U << 17U | 1U << 30U | 1U << 31U;  // F, DQ, BW, VL
    constexpr unsigned xcr0_avx = 1U << 1U | 1U << 2U;                                    // XMM, YMM
    constexpr unsigned xcr0_avx512 = xcr0_avx | 1U << 5U | 1U << 6U | 1U << 7U;  // masks, ZMM 0-15, 16-31

    const Registers leaf1 = cpuid(1);
    const Registers leaf7 = cpuid(7);
    CpuFeatures features;
    features.sse2 = all_set(leaf1.edx, leaf1_edx_sse2);
    if (!all_set(leaf1.ecx, leaf1_ecx_osxsave | leaf1_ecx_avx)) return features;
    const std::uint32_t states = saved_states();
    features.avx2 =
        all_set(states, xcr0_avx) && all_set(leaf1.ecx, leaf1_ecx_f16c) && all_set(leaf7.ebx, leaf7_ebx_avx2);
    features.avx512 = features.avx2 && all_set(states, xcr0_avx512) && all_set(leaf7.ebx, leaf7_ebx_avx512);
    return features;
}

}  // namespace halfstep

#else

namespace halfstep {

CpuFeatures detect_cpu_features() {
    return {};
}

}  // namespace halfstep

#endif
