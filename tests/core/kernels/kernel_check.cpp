// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/kernels/kernel_check.h"

#include "core/kernels/kernel_table.h"

#include <fmt/format.h>

#include <cmath>

namespace halfstep::testing {

using kernels::KernelTable;
using kernels::SegmentSums;

ExpectedSegment apply(const Rule& rule, const TestValues& values) {
    ExpectedSegment expected;
    expected.reconstruction.resize(values.size());
    expected.clipped.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values.data()[i])) continue;
        const Expected one = rule(i, values.data()[i]);
        expected.reconstruction[i] = one.reconstruction;
        expected.clipped[i] = one.clipped;
    }
    expected.sums = plain_segment_sums(values.data(), expected.reconstruction, expected.clipped);
    return expected;
}

namespace {

std::string check_reconstruction(const KernelTable& table, const Kernel& kernel, const TestValues& values,
                                 const ExpectedSegment& expected) {
    std::vector<float> reconstruction(values.size() + 1, 77.0F);
    std::vector<float> clipped(values.size() + 1, 77.0F);
    const std::uint64_t count =
        kernel.reconstruct(table, values.data(), values.size(), reconstruction.data(), clipped.data());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (reconstruction[i] != expected.reconstruction[i] || (clipped[i] == 1) != expected.clipped[i])
            return fmt::format("element {} = {}: {} instead of {}, clipped {}", i, values.data()[i],
                               reconstruction[i], expected.reconstruction[i], clipped[i]);
    if (reconstruction.back() != 77.0F || clipped.back() != 77.0F) return "wrote past the end";
    if (count != expected.sums.clipped) return fmt::format("counted {} clipped", count);
    return {};
}

}  // namespace

std::string check(const Rule& rule, const Kernel& kernel) {
    for (const std::size_t length : awkward_lengths())
        for (const TestValues& values : test_values(length)) {
            const ExpectedSegment expected = apply(rule, values);
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                const auto where = [&](const std::string& what) {
                    return fmt::format("{}, {} x {}: {}", table->name, length, values.name, what);
                };
                SegmentSums sums{};
                kernel.measure(*table, values.data(), values.size(), false, &sums);
                if (const std::string wrong = difference(sums, expected.sums); !wrong.empty())
                    return where(wrong);
                if (values.all_finite) {
                    kernel.measure(*table, values.data(), values.size(), true, &sums);
                    if (const std::string wrong = difference(sums, expected.sums); !wrong.empty())
                        return where("all_finite: " + wrong);
                }
                if (const std::string wrong = check_reconstruction(*table, kernel, values, expected);
                    !wrong.empty())
                    return where(wrong);
            }
        }
    return {};
}

// One unit of an integer format, by the definition.

}  // namespace halfstep::testing
