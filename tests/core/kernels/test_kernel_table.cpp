// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/kernels/cpu_features.h"
#include "core/kernels/kernel_table.h"

#include <QTest>

#include <cstdlib>
#include <string>

using namespace halfstep;

class TestKernelTable : public QObject {
    Q_OBJECT
  private slots:
    void scalar_is_always_there() {
        QCOMPARE(std::string(kernels::available_kernel_tables().front()->name), std::string("scalar"));
        QCOMPARE(std::string(kernels::choose_kernel_table("scalar").name), std::string("scalar"));
    }

    void every_available_set_can_be_forced() {
        for (const kernels::KernelTable* table : kernels::available_kernel_tables())
            QCOMPARE(&kernels::choose_kernel_table(table->name), table);
    }

    void the_best_set_is_the_default() {
        QCOMPARE(&kernels::choose_kernel_table(""), kernels::available_kernel_tables().back());
    }

    // What the compiler's own detection says, which looks at the operating system's support as well.
    void detection_agrees_with_the_compiler() {
#if defined(__x86_64__)
        __builtin_cpu_init();
        const CpuFeatures cpu = detect_cpu_features();
        QCOMPARE(cpu.sse2, __builtin_cpu_supports("sse2") != 0);
        QCOMPARE(cpu.avx2, __builtin_cpu_supports("avx2") != 0);
        QCOMPARE(cpu.avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"));
#else
        QSKIP("only x86 has sets to detect");
#endif
    }

    void an_unknown_set_is_refused() {
        for (const char* word : {"avx", "AVX2", "sse", "auto", "avx512 "}) {
            try {
                kernels::choose_kernel_table(word);
                QFAIL(word);
            } catch (const Error& error) {
                QVERIFY(std::string(error.what()).find(word) != std::string::npos);
                QVERIFY(std::string(error.what()).find("scalar") != std::string::npos);
            }
        }
    }

    void a_set_that_the_processor_lacks_is_refused() {
        const CpuFeatures cpu = detect_cpu_features();
        if (cpu.avx512) QSKIP("this processor has every set");
        QVERIFY_EXCEPTION_THROWN(kernels::choose_kernel_table("avx512"), Error);
    }

    // Run once for every set with HALFSTEP_SIMD in the environment (see CMakeLists.txt).
    void the_environment_forces_the_set() {
        const char* forced = std::getenv("HALFSTEP_SIMD");
        if (forced == nullptr) QSKIP("HALFSTEP_SIMD is not set");
        try {
            QCOMPARE(std::string(kernels::kernel_table().name), std::string(forced));
        } catch (const Error&) {
            for (const kernels::KernelTable* table : kernels::available_kernel_tables())
                QVERIFY(std::string(table->name) != forced);
        }
    }
};

QTEST_GUILESS_MAIN(TestKernelTable)
#include "test_kernel_table.moc"
