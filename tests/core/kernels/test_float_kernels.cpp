// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"
#include "core/tensor/float_conversion.h"
#include "tests/core/kernels/kernel_check.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

using namespace halfstep;
using namespace halfstep::testing;
using kernels::KernelTable;
using kernels::SegmentSums;

namespace {

Kernel float_kernel(const SmallFloat& format, const kernels::UniformUnits& units) {
    const kernels::FloatGrid grid = float_grid(format);
    return {
        [units, grid](const KernelTable& table, const float* x, std::size_t n, bool all_finite,
                      SegmentSums* sums) {
            table.measure_float(kernels::lone_segment(x, n, all_finite), units, grid, sums);
        },
        [units, grid](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
            return table.reconstruct_float(x, n, units, grid, to, clipped);
        }};
}

// All magnitudes of a format of `bits` bits by its definition: exponent field, mantissa field, bias; its last
// `unused` patterns are not numbers.
struct FloatTable {
    std::vector<double> magnitude;

    FloatTable(int exponent_bits, int mantissa_bits, int bias, int unused) {
        for (int pattern = 0; pattern < (1 << (exponent_bits + mantissa_bits)) - unused; ++pattern) {
            const int exponent = pattern >> mantissa_bits;
            const double mantissa = (pattern & ((1 << mantissa_bits) - 1)) / std::exp2(mantissa_bits);
            magnitude.push_back(exponent == 0 ? std::exp2(1 - bias) * mantissa
                                              : std::exp2(exponent - bias) * (1 + mantissa));
        }
    }

    // The nearest one, ties to the even pattern; clipped where one more pattern would be taken.
    Expected nearest(float position) const {
        const double x = std::min(std::fabs(static_cast<double>(position)), 1e6);  // infinity too
        const double beyond = 2 * magnitude.back() - magnitude[magnitude.size() - 2];
        std::size_t best = 0;
        for (std::size_t i = 1; i <= magnitude.size(); ++i) {
            const double distance = std::fabs((i < magnitude.size() ? magnitude[i] : beyond) - x);
            const double least = std::fabs(magnitude[best] - x);
            if (distance > least || (distance == least && i % 2 != 0)) break;
            best = i;
            if (i == magnitude.size())
                return {std::copysign(static_cast<float>(magnitude.back()), position), true};
        }
        return {std::copysign(static_cast<float>(magnitude[best]), position), false};
    }
};

// The formats, and by their definition what they must be.
struct Format {
    SmallFloat format;
    FloatTable table;
};
const std::vector<Format>& formats() {
    static const std::vector<Format> all = {
        {float_e5m2, FloatTable(5, 2, 15, 4)},
        {float_e4m3, FloatTable(4, 3, 7, 1)},
        {float_e3m2, FloatTable(3, 2, 3, 0)},
        {float_e2m3, FloatTable(2, 3, 1, 0)},
        {float_e2m1, FloatTable(2, 1, 1, 0)},
        // Integers up to 127, times 2^-6: one exponent bit, none of the patterns unused.
        {float_mxint8, FloatTable(1, 6, 1, 0)}};
    return all;
}

kernels::UniformUnits one_unit(const UniformUnit& unit) {
    return {&unit.reciprocal, &unit.scale, &unit.low, &unit.high, nullptr, std::size_t{1} << 40U, 0, true};
}

}  // namespace

class TestFloatKernels : public QObject {
    Q_OBJECT
  private slots:
    void small_floats_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("unit_size");
        for (int format = 0; format < 6; ++format)
            for (const int unit_size : {20, 32, 128, 1 << 30})
                QTest::addRow("%d, %d", format, unit_size) << format << unit_size;
    }

    void small_floats() {
        QFETCH(int, format);
        QFETCH(int, unit_size);
        const SmallFloat& small = formats()[static_cast<std::size_t>(format)].format;
        const FloatTable& table = formats()[static_cast<std::size_t>(format)].table;
        QCOMPARE(static_cast<double>(small.largest), table.magnitude.back());
        const auto size = static_cast<std::size_t>(unit_size);
        const std::size_t count = (kernels::segment_elements + 3) / size + 1;
        std::vector<float> scales;
        UniformUnitArrays arrays;
        arrays.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            scales.push_back(i % 5 == 3 ? 0.0F : 0.05F * static_cast<float>(1 + i % 7) / small.largest);
            arrays.set(i, float_unit(small, scales.back(), scales.back()));
        }
        const Rule rule = [&](std::size_t i, float x) -> Expected {
            const float scale = scales[i / size];
            Expected expected = table.nearest(x * (scale == 0 ? 0.0F : 1 / scale));
            expected.reconstruction *= scale;
            return expected;
        };
        const std::string wrong = check(rule, float_kernel(small, arrays.view(0, size, 0, true)));
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    // Every value, every midpoint, and what lies next to them.
    void every_midpoint_of_small_floats() {
        for (const Format& format : formats()) {
            std::vector<float> x;
            const std::vector<double>& values = format.table.magnitude;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double next = i + 1 < values.size() ? values[i + 1] : 2 * values[i] - values[i - 1];
                for (const double at : {values[i], (values[i] + next) / 2})
                    for (const float sign : {1.0F, -1.0F}) {
                        const float exact = sign * static_cast<float>(at);
                        x.insert(x.end(), {exact, std::nextafter(exact, 1e9F), std::nextafter(exact, -1e9F)});
                    }
            }
            const UniformUnit unit = float_unit(format.format, 1, 1);
            std::vector<float> to(x.size());
            std::vector<float> clipped(x.size());
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                table->reconstruct_float(x.data(), x.size(), one_unit(unit), float_grid(format.format),
                                         to.data(), clipped.data());
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const Expected expected = format.table.nearest(x[i]);
                    QVERIFY2(
                        to[i] == expected.reconstruction && (clipped[i] == 1) == expected.clipped,
                        fmt::format("largest {}: {} became {}", format.format.largest, x[i], to[i]).c_str());
                }
            }
        }
    }

    void sixteen_bit_floats() {
        const Rule fp16 = [](std::size_t, float x) -> Expected {
            const float rounded = f16_to_f32(f32_to_f16(x));
            if (std::isinf(rounded)) return {std::copysign(65504.0F, x), true};
            return {rounded, false};
        };
        const Rule bf16 = [](std::size_t, float x) -> Expected {
            const float rounded = bf16_to_f32(f32_to_bf16(x));
            if (std::isinf(rounded)) return {std::copysign(0x1.fep127F, x), true};
            return {rounded, false};
        };
        const UniformUnit unit = float_unit(float_e5m10, 1, 1);
        const Kernel fp16_kernel = float_kernel(
            float_e5m10,
            {&unit.reciprocal, &unit.scale, &unit.low, &unit.high, nullptr, std::size_t{1} << 40U, 0, true});
        const Kernel bf16_kernel{
            [](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
                table.measure_bf16(kernels::lone_segment(x, n, all_finite), sums);
            },
            [](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
                return table.reconstruct_bf16(x, n, to, clipped);
            }};
        const std::string fp16_wrong = check(fp16, fp16_kernel);
        QVERIFY2(fp16_wrong.empty(), fp16_wrong.c_str());
        const std::string bf16_wrong = check(bf16, bf16_kernel);
        QVERIFY2(bf16_wrong.empty(), bf16_wrong.c_str());
    }

    // Every exponent, mantissas at and beside every rounding boundary.
    void fp16_rounding_of_all_magnitudes() {
        std::vector<float> x;
        for (std::uint32_t high = 0; high < 0x7f80U; ++high)
            for (const std::uint32_t low : {0x0000U, 0x0fffU, 0x1000U, 0x1001U, 0x2fffU, 0x3000U, 0x3001U})
                x.push_back(std::bit_cast<float>((high << 16U) | low));
        const UniformUnit unit = float_unit(float_e5m10, 1, 1);
        std::vector<float> to(x.size());
        std::vector<float> clipped(x.size());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            table->reconstruct_float(x.data(), x.size(), one_unit(unit), float_grid(float_e5m10), to.data(),
                                     clipped.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const float rounded = f16_to_f32(f32_to_f16(x[i]));
                QVERIFY(to[i] == std::min(rounded, 65504.0F));
                QCOMPARE(clipped[i], std::isinf(rounded) ? 1.0F : 0.0F);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFloatKernels)
#include "test_float_kernels.moc"
