// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"

#include "core/base/error.h"
#include "core/kernels/cpu_features.h"
#include "core/kernels/kernel_sets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <string>

namespace halfstep::kernels {
namespace {

struct KernelSet {
    std::string_view name;
    const KernelTable& (*table)();  // null where this build does not have it
    const BlockKernels& (*blocks)();
    bool runs_here;
};

std::vector<KernelSet> kernel_sets() {
    [[maybe_unused]] const CpuFeatures cpu = detect_cpu_features();
#ifdef HALFSTEP_X86_KERNELS
    return {{"scalar", scalar_kernels, scalar_block_kernels, true},
            {"sse2", sse2_kernels, sse2_block_kernels, cpu.sse2},
            {"avx2", avx2_kernels, avx2_block_kernels, cpu.avx2},
            {"avx512", avx512_kernels, avx512_block_kernels, cpu.avx512}};
#else
    return {{"scalar", scalar_kernels, scalar_block_kernels, true},
            {"sse2", nullptr, nullptr, false},
            {"avx2", nullptr, nullptr, false},
            {"avx512", nullptr, nullptr, false}};
#endif
}

std::string names(const std::vector<const KernelTable*>& tables) {
    std::vector<std::string_view> list;
    for (const KernelTable* table : tables)
        list.emplace_back(table->name);
    return fmt::format("{}", fmt::join(list, ", "));
}

}  // namespace

std::vector<const KernelTable*> available_kernel_tables() {
    std::vector<const KernelTable*> tables;
    for (const KernelSet& set : kernel_sets())
        if (set.runs_here) tables.push_back(&set.table());
    return tables;
}

const KernelTable& choose_kernel_table(std::string_view forced) {
    const std::vector<const KernelTable*> tables = available_kernel_tables();
    if (forced.empty()) return *tables.back();
    for (const KernelTable* table : tables)
        if (table->name == forced) return *table;
    bool known = false;
    for (const KernelSet& set : kernel_sets())
        known = known || set.name == forced;
    throw Error(known ? fmt::format("HALFSTEP_SIMD={}: this processor cannot run it", forced)
                      : fmt::format("HALFSTEP_SIMD={}: no such instruction set", forced),
                {}, fmt::format("Unset it, or use one of {}", names(tables)));
}

const KernelTable& kernel_table() {
    static const KernelTable& table = []() -> const KernelTable& {
        const char* forced = std::getenv("HALFSTEP_SIMD");
        return choose_kernel_table(forced == nullptr ? "" : forced);
    }();
    return table;
}

const BlockKernels& block_kernels() {
    static const BlockKernels& kernels = block_kernels(kernel_table());
    return kernels;
}

const BlockKernels& block_kernels(const KernelTable& table) {
    for (const KernelSet& set : kernel_sets())
        if (set.name == table.name) return set.blocks();
    throw Error(fmt::format("no kernels are called {}", table.name));
}

}  // namespace halfstep::kernels
