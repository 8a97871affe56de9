// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"
#include "core/tensor/float_conversion.h"
#include "tests/core/kernels/kernel_test_values.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace halfstep;
using namespace halfstep::testing;
using kernels::KernelTable;
using kernels::SegmentSums;

namespace {

// What a kernel must do to one finite weight.
struct Expected {
    float reconstruction = 0;
    bool clipped = false;
};
using Rule = std::function<Expected(std::size_t index, float x)>;

struct Kernel {
    std::function<void(const KernelTable&, const float*, std::size_t, bool, SegmentSums*)> measure;
    std::function<std::uint64_t(const KernelTable&, const float*, std::size_t, float*, float*)> reconstruct;
};

struct ExpectedSegment {
    std::vector<float> reconstruction;
    std::vector<bool> clipped;
    SegmentSums sums{};
};

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

// Runs a kernel of every instruction set over every kind of weights and compares each bit with the rule.
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

Kernel codebook_kernel(const kernels::CodebookGrid& grid) {
    return {
        [&grid](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
            table.measure_codebook(kernels::lone_segment(x, n, all_finite), grid, sums);
        },
        [&grid](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
            return table.reconstruct_codebook(x, n, grid, to, clipped);
        }};
}

// Nearest of the levels in the logarithmic domain, as quantize_reference does it.
Expected log_rule(const Scheme& scheme, float chosen, float stored, float x) {
    const double per_octave = scheme.half_octave ? 2 : 1;
    const auto step_of = [&](float value) {
        return std::nearbyint(per_octave * std::log2(std::fabs(static_cast<double>(value))));
    };
    if (x == 0 || chosen == 0) return {};
    const double below = step_of(chosen) - step_of(x);
    if (below >= (1 << (scheme.bits - 1)) - 1) return {};
    const auto level =
        static_cast<float>(static_cast<double>(stored) * std::exp2(-std::max(below, 0.0) / per_octave));
    return {std::copysign(level, x), below < 0};
}

// The nearest level, the lower of two as near: midpoints are exact in double.
Expected codebook_rule(const std::vector<float>& levels, float x) {
    std::size_t best = 0;
    while (best + 1 < levels.size() &&
           static_cast<double>(x) >
               (static_cast<double>(levels[best]) + static_cast<double>(levels[best + 1])) / 2)
        ++best;
    return {levels[best], false};
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

    void log_grids_data() {
        QTest::addColumn<QString>("notation");
        QTest::addColumn<float>("chosen");
        QTest::addColumn<float>("stored");
        for (const char* notation : {"log2", "log4", "log8", "log3:sqrt2", "log8:sqrt2"})
            for (const float chosen : {1.0F, 0.125F, 0x1p-12F, 0x1p40F, 0.0F})
                QTest::newRow(fmt::format("{} {}", notation, chosen).c_str()) << notation << chosen << chosen;
        QTest::newRow("root, in float16") << "log4:sqrt2" << 0.70703125F << 0.70703125F;
        QTest::newRow("root, with gamma") << "log4:sqrt2" << 0.70710678F << 0.7311F;
        QTest::newRow("gamma across an octave") << "log4" << 0.5F << 0.4873F;
    }

    void log_grids() {
        QFETCH(QString, notation);
        QFETCH(float, chosen);
        QFETCH(float, stored);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const kernels::LogGrid grid = log_grid(scheme, chosen, stored);
        const Kernel kernel{
            [&](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
                table.measure_log(kernels::lone_segment(x, n, all_finite), grid, sums);
            },
            [&](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
                return table.reconstruct_log(x, n, grid, to, clipped);
            }};
        const std::string wrong =
            check([&](std::size_t, float x) { return log_rule(scheme, chosen, stored, x); }, kernel);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void where_nothing_clips_the_shorter_log_kernel_gives_the_same() {
        kernels::LogGrid grid = log_grid(parse_scheme("log4"), 0.25F, 0.25F);
        for (const std::size_t length : awkward_lengths()) {
            TestValues values = test_values(length).front();
            for (float& x : values.storage)
                x = std::clamp(x, -0.35F, 0.35F);  // below 2^(-2 + 1/2)
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                SegmentSums expected{};
                SegmentSums sums{};
                grid.clips = true;
                table->measure_log(kernels::lone_segment(values.data(), length, true), grid, &expected);
                grid.clips = false;
                table->measure_log(kernels::lone_segment(values.data(), length, true), grid, &sums);
                const std::string wrong = difference(sums, expected);
                QVERIFY2(wrong.empty(), wrong.c_str());
            }
        }
    }

    // Farther apart than the largest float.
    void codebooks_as_wide_as_can_be() {
        std::vector<float> levels;
        for (int i = -16; i <= 16; ++i)
            levels.push_back(static_cast<float>(i) / 16 * std::numeric_limits<float>::max());
        kernels::CodebookGrid grid{};
        fill_codebook_grid(levels, grid);
        const std::vector<float> x = {-3e38F, -1e37F, 0.0F, 1e37F, 3.3e38F};
        std::vector<float> to(x.size());
        std::vector<float> clipped(x.size());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            table->reconstruct_codebook(x.data(), x.size(), grid, to.data(), clipped.data());
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY(to[i] == codebook_rule(levels, x[i]).reconstruction);
        }
    }

    // So unevenly spaced that many thresholds share a bucket.
    void codebooks_with_crowded_levels() {
        std::vector<float> levels;
        for (int i = 0; i < 128; ++i) {
            const float level = 0x1p-20F * static_cast<float>(std::pow(1.13, i));
            levels.insert(levels.end(), {level, -level});
        }
        std::sort(levels.begin(), levels.end());
        kernels::CodebookGrid grid{};
        fill_codebook_grid(levels, grid);
        const std::string wrong =
            check([&](std::size_t, float x) { return codebook_rule(levels, x); }, codebook_kernel(grid));
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void log_midpoints() {
        for (const char* notation : {"log4", "log4:sqrt2"}) {
            const Scheme scheme = parse_scheme(notation);
            const kernels::LogGrid grid = log_grid(scheme, 0.5F, 0.5F);
            std::vector<float> x;
            for (int eighths = -60; eighths <= 4; ++eighths) {
                const auto near = static_cast<float>(std::exp2(eighths / 8.0));
                for (const float value : {std::nextafter(near, 0.0F), near, std::nextafter(near, 2.0F)})
                    x.push_back(value);
            }
            std::vector<float> to(x.size());
            std::vector<float> clipped(x.size());
            for (const KernelTable* table : kernels::available_kernel_tables()) {
                table->reconstruct_log(x.data(), x.size(), grid, to.data(), clipped.data());
                for (std::size_t i = 0; i < x.size(); ++i)
                    QVERIFY(to[i] == log_rule(scheme, 0.5F, 0.5F, x[i]).reconstruction);
            }
        }
    }

    void codebooks_data() {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 2, 3, 4, 5, 16, 17, 64, 200, 256})
            QTest::newRow(std::to_string(size).c_str()) << size;
    }

    void codebooks() {
        QFETCH(int, size);
        std::vector<float> levels;
        for (int i = 0; i < size; ++i)
            levels.push_back(static_cast<float>(i - size / 3) * 0.3F / static_cast<float>(size));
        kernels::CodebookGrid grid{};
        fill_codebook_grid(levels, grid);
        if (levels.empty()) levels = {0.0F};
        const std::string wrong =
            check([&](std::size_t, float x) { return codebook_rule(levels, x); }, codebook_kernel(grid));
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    void codebook_ties_go_to_the_lower_level() {
        kernels::CodebookGrid grid{};
        fill_codebook_grid(std::vector<float>{-1.0F, 0.0F, 0.5F, 3.0F}, grid);
        const std::vector<float> x = {-0.5F, 0.25F, 1.75F, std::nextafter(0.25F, 1.0F)};
        std::vector<float> to(x.size());
        std::vector<float> clipped(x.size());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            table->reconstruct_codebook(x.data(), x.size(), grid, to.data(), clipped.data());
            QCOMPARE(to, (std::vector<float>{-1.0F, 0.0F, 0.5F, 0.5F}));
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
        const Kernel fp16_kernel{
            [](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
                table.measure_fp16(kernels::lone_segment(x, n, all_finite), sums);
            },
            [](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
                return table.reconstruct_fp16(x, n, to, clipped);
            }};
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
        std::vector<float> to(x.size());
        std::vector<float> clipped(x.size());
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            table->reconstruct_fp16(x.data(), x.size(), to.data(), clipped.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const float rounded = f16_to_f32(f32_to_f16(x[i]));
                QVERIFY(to[i] == std::min(rounded, 65504.0F));
                QCOMPARE(clipped[i], std::isinf(rounded) ? 1.0F : 0.0F);
            }
        }
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
