// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"
#include "tests/core/kernels/kernel_check.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace halfstep;
using namespace halfstep::testing;
using kernels::KernelTable;
using kernels::SegmentSums;

namespace {

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

class TestLevelKernels : public QObject {
    Q_OBJECT
  private slots:
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

    void scaled_codebooks_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("unit_size");
        for (const int size : {1, 2, 5, 16})
            for (const int unit_size : {20, 64, 1 << 30})
                QTest::addRow("%d levels, units of %d", size, unit_size) << size << unit_size;
    }

    void scaled_codebooks() {
        QFETCH(int, size);
        QFETCH(int, unit_size);
        std::vector<float> levels;
        for (int i = 0; i < size; ++i)
            levels.push_back(std::tanh(static_cast<float>(i - size / 3) / static_cast<float>(size)));
        kernels::CodebookGrid grid{};
        fill_codebook_grid(levels, grid);
        const auto length = static_cast<std::size_t>(unit_size);
        const std::size_t count = (kernels::segment_elements + 3) / length + 1;
        std::vector<float> scales;
        UniformUnitArrays arrays;
        arrays.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            scales.push_back(i % 5 == 3 ? 0.0F : 0.02F * static_cast<float>(1 + i % 7));
            arrays.set(i, {scales.back() == 0 ? 0.0F : 1 / scales.back(), scales.back(), 0, 0});
        }
        const kernels::UniformUnits units = arrays.view(0, length, 0, true);
        const Rule rule = [&](std::size_t i, float x) -> Expected {
            const float scale = scales[i / length];
            Expected expected = codebook_rule(levels, x * (scale == 0 ? 0.0F : 1 / scale));
            expected.reconstruction *= scale;
            return expected;
        };
        const Kernel kernel{
            [&](const KernelTable& table, const float* x, std::size_t n, bool all_finite, SegmentSums* sums) {
                table.measure_scaled_codebook(kernels::lone_segment(x, n, all_finite), units, grid, sums);
            },
            [&](const KernelTable& table, const float* x, std::size_t n, float* to, float* clipped) {
                return table.reconstruct_scaled_codebook(x, n, units, grid, to, clipped);
            }};
        const std::string wrong = check(rule, kernel);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
};

QTEST_GUILESS_MAIN(TestLevelKernels)
#include "test_level_kernels.moc"
