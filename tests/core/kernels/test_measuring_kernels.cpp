// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"
#include "tests/core/kernels/kernel_check.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace halfstep;
using namespace halfstep::testing;
using kernels::KernelTable;
using kernels::SegmentSums;

namespace {

// One unit of an integer format, by the definition.
struct PlainUnit {
    float scale = 0;
    float stored = 0;
    int qmin = 0;
    int qmax = 0;
    int zero_point = 0;

    UniformUnit for_kernel() const { return uniform_unit({qmin, qmax}, {scale, zero_point}, stored); }
};

Expected uniform_rule(const PlainUnit& unit, float x) {
    const float reciprocal = unit.scale == 0 ? 0 : 1 / unit.scale;
    const float code = std::nearbyint(x * reciprocal);
    const float kept = std::clamp(code, static_cast<float>(unit.qmin - unit.zero_point),
                                  static_cast<float>(unit.qmax - unit.zero_point));
    return {unit.stored * kept, code != kept};
}

Kernel uniform_kernel(const kernels::UniformUnits& units) {
    return {
        [units](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
            table.measure_uniform(kernels::lone_segment(x, n, all_finite), units, sums);
        },
        [units](const KernelTable& table, const float* x, std::size_t n, float* reconstruction,
                float* clipped) { return table.reconstruct_uniform(x, n, units, reconstruction, clipped); }};
}

}  // namespace

class TestMeasuringKernels : public QObject {
    Q_OBJECT
  private slots:
    void one_uniform_unit_data() {
        QTest::addColumn<float>("scale");
        QTest::addColumn<float>("stored");
        QTest::addColumn<int>("qmin");
        QTest::addColumn<int>("qmax");
        QTest::addColumn<int>("zero_point");
        QTest::newRow("int8 sym") << 0.01F << 0.01F << -127 << 127 << 0;
        QTest::newRow("int4 symfull, much clipped") << 0.004F << 0.004F << -8 << 7 << 0;
        QTest::newRow("int8 asym") << 0.003F << 0.003F << 0 << 255 << 101;
        QTest::newRow("int16 asym") << 1e-5F << 1e-5F << 0 << 65535 << 30000;
        QTest::newRow("gamma") << 0.03F << 0.0311F << -7 << 7 << 0;
        QTest::newRow("no scale") << 0.0F << 0.0F << -7 << 7 << 0;
        QTest::newRow("tiny scale") << 0x1p-126F << 0x1p-126F << -7 << 7 << 0;
    }

    void one_uniform_unit() {
        QFETCH(float, scale);
        QFETCH(float, stored);
        QFETCH(int, qmin);
        QFETCH(int, qmax);
        QFETCH(int, zero_point);
        const PlainUnit unit{scale, stored, qmin, qmax, zero_point};
        const UniformUnit made = unit.for_kernel();
        const std::string wrong = check([&](std::size_t, float x) { return uniform_rule(unit, x); },
                                        uniform_kernel({&made.reciprocal, &made.scale, &made.low, &made.high,
                                                        nullptr, std::size_t{1} << 40U, 0, true}));
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    // Around every code boundary, those of the outermost codes among them.
    void code_boundaries() {
        for (const PlainUnit& unit :
             {PlainUnit{0.5F, 0.5F, -7, 7, 0}, PlainUnit{0.5F, 0.5F, -8, 7, 0},
              PlainUnit{0.25F, 0.25F, 0, 15, 6}, PlainUnit{0.25F, 0.25F, 0, 15, 0},
              PlainUnit{0.25F, 0.25F, 0, 15, 15}, PlainUnit{0x1p-9F, 0x1p-9F, 0, 65535, 31}}) {
            std::vector<float> x;
            for (int half_codes = -40; half_codes <= 40; ++half_codes)
                for (const int around : {unit.qmin - unit.zero_point, unit.qmax - unit.zero_point}) {
                    const float at =
                        (static_cast<float>(around) + static_cast<float>(half_codes) / 2) * unit.scale;
                    for (const float value : {std::nextafter(at, -1e9F), at, std::nextafter(at, 1e9F)})
                        x.push_back(value);
                }
            const UniformUnit made = unit.for_kernel();
            const kernels::UniformUnits units{&made.reciprocal, &made.scale, &made.low, &made.high,
                                              nullptr,          x.size(),    0,         true};
            std::vector<float> to(x.size());
            std::vector<float> clipped(x.size());
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                table->reconstruct_uniform(x.data(), x.size(), units, to.data(), clipped.data());
                for (std::size_t i = 0; i < x.size(); ++i) {
                    QVERIFY(to[i] == uniform_rule(unit, x[i]).reconstruction);
                    QCOMPARE(clipped[i] == 1, uniform_rule(unit, x[i]).clipped);
                }
            }
        }
    }

    void where_nothing_clips_the_shorter_kernel_gives_the_same() {
        const PlainUnit unit{0.01F, 0.01F, -127, 127, 0};
        const UniformUnit made = unit.for_kernel();
        for (const std::size_t length : awkward_lengths()) {
            TestValues values = test_values(length).front();
            for (float& x : values.storage)
                x = std::clamp(x, -1.27F, 1.27F);
            for (const std::size_t size : {std::size_t{32}, length + 1})
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    const std::size_t units = length / size + 1;
                    UniformUnitArrays arrays;
                    arrays.resize(units);
                    for (std::size_t i = 0; i < units; ++i)
                        arrays.set(i, made);
                    SegmentSums expected{};
                    SegmentSums sums{};
                    table->measure_uniform(kernels::lone_segment(values.data(), length, true),
                                           arrays.view(0, size, 0, true), &expected);
                    table->measure_uniform(kernels::lone_segment(values.data(), length, true),
                                           arrays.view(0, size, 0, false), &sums);
                    const std::string wrong = difference(sums, expected);
                    QVERIFY2(wrong.empty(), wrong.c_str());
                    QCOMPARE(sums.clipped, 0U);
                }
        }
    }

    void units_that_clip_among_others_that_do_not() {
        const UniformUnit made = PlainUnit{0.01F, 0.01F, -127, 127, 0}.for_kernel();
        for (const std::size_t size :
             {std::size_t{16}, std::size_t{32}, std::size_t{48}, std::size_t{128}, std::size_t{320}})
            for (const std::size_t offset : {std::size_t{0}, std::size_t{16}}) {
                if (offset >= size) continue;
                TestValues values = test_values(5000).front();
                for (float& x : values.storage)
                    x = std::clamp(x, -1.0F, 1.0F);
                for (std::size_t i = 7; i < values.storage.size(); i += 337)
                    values.storage[i] = 2;
                const std::size_t units = (values.size() + offset) / size + 1;
                UniformUnitArrays arrays;
                arrays.resize(units);
                for (std::size_t i = 0; i < units; ++i)
                    arrays.set(i, made);
                SegmentSums expected{};
                const kernels::Segment segment = kernels::lone_segment(values.data(), values.size(), true);
                const KernelTable& plain = *kernels::available_kernel_tables().front();
                plain.measure_uniform(segment, arrays.view(0, size, offset, true), &expected);
                QVERIFY(expected.clipped > 10);
                std::fill_n(arrays.arrays().clipping, units, 0.0F);
                for (std::size_t i = 0; i < values.size(); ++i)
                    if (values.data()[i] > 1) arrays.arrays().clipping[(i + offset) / size] = 1;
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    SegmentSums sums{};
                    table->measure_uniform(segment, arrays.view(0, size, offset, true), &sums);
                    const std::string wrong = difference(sums, expected);
                    QVERIFY2(wrong.empty(), wrong.c_str());
                }
            }
    }

    void many_uniform_units_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("first_offset");
        QTest::newRow("g16") << 16 << 0;
        QTest::newRow("g32") << 32 << 0;
        QTest::newRow("g128 from within") << 128 << 48;
        QTest::newRow("g1") << 1 << 0;
        QTest::newRow("g7") << 7 << 0;
        QTest::newRow("g20") << 20 << 0;
        QTest::newRow("g48 from within") << 48 << 5;
    }

    void many_uniform_units() {
        QFETCH(int, size);
        QFETCH(int, first_offset);
        const auto unit_size = static_cast<std::size_t>(size);
        const auto offset = static_cast<std::size_t>(first_offset);
        const std::size_t count = (kernels::segment_elements + 3 + offset) / unit_size + 1;
        std::vector<PlainUnit> units;
        UniformUnitArrays arrays;
        arrays.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const float scale = i % 5 == 3 ? 0.0F : 0.002F * static_cast<float>(1 + i % 13);
            units.push_back({scale, scale, 0, 15, static_cast<int>(i % 16)});
            arrays.set(i, units.back().for_kernel());
        }
        const std::string wrong =
            check([&](std::size_t i, float x) { return uniform_rule(units[(i + offset) / unit_size], x); },
                  uniform_kernel(arrays.view(0, unit_size, offset, true)));
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void comparing_gives_the_bits_of_the_fused_kernels() {
        const PlainUnit unit{0.02F, 0.02F, -7, 7, 0};
        for (const std::size_t length : awkward_lengths())
            for (const TestValues& values : test_values(length)) {
                const ExpectedSegment expected =
                    apply([&](std::size_t, float x) { return uniform_rule(unit, x); }, values);
                SegmentSums without_clipped = expected.sums;
                without_clipped.clipped = 0;
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    SegmentSums sums{};
                    table->compare(kernels::lone_segment(values.data(), values.size(), values.all_finite),
                                   expected.reconstruction.data(), &sums);
                    const std::string wrong = difference(sums, without_clipped);
                    QVERIFY2(wrong.empty(), wrong.c_str());
                }
            }
    }

    void wide_comparing_holds_what_float_cannot() {
        for (const std::size_t length : awkward_lengths())
            for (const TestValues& values : test_values(length)) {
                std::vector<float> reconstruction(values.size());
                double error = 0;
                double value = 0;
                double product = 0;
                double quantized = 0;
                double largest = 0;
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const auto x = static_cast<double>(values.data()[i]);
                    if (!std::isfinite(x)) continue;
                    reconstruction[i] = values.data()[i] * 0.75F;
                    const auto q = static_cast<double>(reconstruction[i]);
                    error += (x - q) * (x - q);
                    value += x * x;
                    product += x * q;
                    quantized += q * q;
                    largest = std::max(largest, std::fabs(x - q));
                }
                kernels::WideSums first{};
                for (const KernelTable* table : kernels::available_kernel_tables()) {
                    kernels::WideSums sums{};
                    table->compare_wide(values.data(), reconstruction.data(), values.size(), &sums);
                    const auto near = [](double a, double b) { return std::fabs(a - b) <= 1e-12 * b; };
                    QVERIFY(near(sums.error_squared, error));
                    QVERIFY(near(sums.value_squared, value));
                    QVERIFY(near(sums.product, product));
                    QVERIFY(near(sums.quantized_squared, quantized));
                    QVERIFY(sums.max_abs_error == largest);
                    if (table == kernels::available_kernel_tables().front()) first = sums;
                    QVERIFY(sums.error_squared == first.error_squared);
                    QVERIFY(sums.value_squared == first.value_squared);
                    QVERIFY(sums.product == first.product);
                    QVERIFY(sums.quantized_squared == first.quantized_squared);
                }
            }
    }
};

QTEST_GUILESS_MAIN(TestMeasuringKernels)
#include "test_measuring_kernels.moc"
