// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_kernels.h"

#include "core/base/cache_lines.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/unit_quantizers.h"
#include "core/tensor/float_conversion.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace halfstep::bench {
namespace {

using kernels::KernelTable;
using kernels::segment_elements;

// Weights as bf16 in memory far larger than the caches; a kernel sees them as the engine does, widened a
// segment at a time.
class Weights {
  public:
    Weights() : bf16_(segment_elements * segments) {
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0, 0.02F);
        std::vector<std::uint16_t> pattern(segment_elements + 977);
        for (std::uint16_t& weight : pattern)
            weight = f32_to_bf16(normal(random));
        for (std::size_t i = 0; i < bf16_.size(); ++i)
            bf16_[i] = pattern[i % pattern.size()];
    }

    static constexpr std::size_t segments = 512;  // 64 MiB
    const std::uint16_t* segment(std::size_t i) const { return bf16_.data() + i * segment_elements; }

  private:
    std::vector<std::uint16_t> bf16_;
};

struct Case {
    std::string name;
    std::function<void(const KernelTable&, const float*)> run;  // over a segment
};

UniformUnitArrays arrays_of(const UniformUnit& unit) {
    UniformUnitArrays arrays;
    arrays.resize(segment_elements / 16);
    for (std::size_t i = 0; i < segment_elements / 16; ++i)
        arrays.set(i, unit);
    return arrays;
}

std::vector<Case> cases() {
    static const UniformUnitArrays int8 = arrays_of(uniform_unit({-127, 127}, {0.0006F, 0}, 0.0006F));
    static const UniformUnitArrays int4 = arrays_of(uniform_unit({-7, 7}, {0.02F, 0}, 0.02F));
    static const kernels::LogGrid log = log_grid(parse_scheme("log4"), 0.125F, 0.125F);
    const auto codebook_of = [](int size) {
        std::vector<float> levels;
        for (int i = 0; i < size; ++i)
            levels.push_back((static_cast<float>(i) / static_cast<float>(size) - 0.5F) * 0.12F);
        kernels::CodebookGrid grid{};
        fill_codebook_grid(levels, grid);
        return grid;
    };
    static const UniformUnitArrays fp16 = arrays_of(float_unit(float_e5m10, 1, 1));
    static const UniformUnitArrays fp8 = arrays_of(float_unit(float_e4m3, 0.0002F, 0.0002F));
    static const kernels::CodebookGrid small = codebook_of(16);
    static const kernels::CodebookGrid large = codebook_of(256);
    static std::vector<float> other(segment_elements, 0.01F);
    static std::vector<float> lows(segment_elements);
    static std::vector<float> highs(segment_elements);
    static kernels::SegmentSums sums;
    static kernels::WideSums wide_sums;
    static kernels::ValueSummary summary;
    static kernels::RangeSummary range;
    static kernels::PowerSums powers;
    constexpr std::size_t n = segment_elements;
    return {
        {"convert bf16 only", [](const KernelTable&, const float*) {}},
        {"range", [](const KernelTable& k, const float* x) { k.find_range(x, n, &range); }},
        {"summary", [](const KernelTable& k,
                       const float* x) { k.summarize(kernels::lone_segment(x, n, false), &summary); }},
        {"range of groups of 32",
         [](const KernelTable& k, const float* x) {
             k.find_group_ranges(x, n, 32, true, lows.data(), highs.data());
         }},
        {"range of groups of 128",
         [](const KernelTable& k, const float* x) {
             k.find_group_ranges(x, n, 128, true, lows.data(), highs.data());
         }},
        {"summary, groups of 32",
         [](const KernelTable& k, const float* x) {
             k.summarize_groups(kernels::lone_segment(x, n, false), 32, &summary, lows.data(), highs.data());
         }},
        {"summary, groups of 128",
         [](const KernelTable& k, const float* x) {
             k.summarize_groups(kernels::lone_segment(x, n, false), 128, &summary, lows.data(), highs.data());
         }},
        {"int8, one scale",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, true), int8.view(0, n, 0, false), &sums);
         }},
        {"int8, one scale, clips",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, true), int8.view(0, n, 0, true), &sums);
         }},
        {"int4, groups of 32",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, true), int4.view(0, 32, 0, false), &sums);
         }},
        {"int4, groups of 128",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, true), int4.view(0, 128, 0, false), &sums);
         }},
        {"int4, groups of 32, clips",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, true), int4.view(0, 32, 0, true), &sums);
         }},
        {"int4, groups of 20",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n / 2, true), int4.view(0, 20, 0, true), &sums);
             k.measure_uniform(kernels::lone_segment(x + n / 2, n / 2, true), int4.view(0, 20, 0, true),
                               &sums);
         }},
        {"int8, non-finite allowed",
         [](const KernelTable& k, const float* x) {
             k.measure_uniform(kernels::lone_segment(x, n, false), int8.view(0, n, 0, true), &sums);
         }},
        {"log4", [](const KernelTable& k,
                    const float* x) { k.measure_log(kernels::lone_segment(x, n, true), log, &sums); }},
        {"codebook of 16",
         [](const KernelTable& k, const float* x) {
             k.measure_codebook(kernels::lone_segment(x, n, true), small, &sums);
         }},
        {"codebook of 256",
         [](const KernelTable& k, const float* x) {
             k.measure_codebook(kernels::lone_segment(x, n, true), large, &sums);
         }},
        {"fp16",
         [](const KernelTable& k, const float* x) {
             k.measure_float(kernels::lone_segment(x, n, true), fp16.view(0, n, 0, false),
                             float_grid(float_e5m10), &sums);
         }},
        {"fp8_e4m3, groups of 128",
         [](const KernelTable& k, const float* x) {
             k.measure_float(kernels::lone_segment(x, n, true), fp8.view(0, 128, 0, false),
                             float_grid(float_e4m3), &sums);
         }},
        {"fp8_e4m3, clips",
         [](const KernelTable& k, const float* x) {
             k.measure_float(kernels::lone_segment(x, n, true), fp8.view(0, n, 0, true),
                             float_grid(float_e4m3), &sums);
         }},
        {"nf4-like, groups of 64",
         [](const KernelTable& k, const float* x) {
             k.measure_scaled_codebook(kernels::lone_segment(x, n, true), fp8.view(0, 64, 0, false), small,
                                       &sums);
         }},
        {"bf16", [](const KernelTable& k,
                    const float* x) { k.measure_bf16(kernels::lone_segment(x, n, true), &sums); }},
        {"compare",
         [](const KernelTable& k, const float* x) {
             k.compare(kernels::lone_segment(x, n, true), other.data(), &sums);
         }},
        {"compare in double",
         [](const KernelTable& k, const float* x) { k.compare_wide(x, other.data(), n, &wide_sums); }},
        {"sums of powers", [](const KernelTable& k, const float* x) { k.sum_powers(x, n, 0.001, &powers); }},
    };
}

}  // namespace

double read_bandwidth() {
    constexpr std::size_t words = (std::size_t{256} << 20U) / sizeof(std::uint64_t);
    const std::vector<std::uint64_t> memory(words, 3);
    constexpr std::size_t at_a_time = words / 32;
    std::size_t next = 0;
    const double seconds = fastest([&] {
        std::array<std::uint64_t, 32> sums{};
        const std::size_t first = next++ % 32 * at_a_time;
        for (std::size_t i = first; i < first + at_a_time; i += sums.size())
            for (std::size_t lane = 0; lane < sums.size(); ++lane)
                sums[lane] += memory[i + lane];
        for (const std::uint64_t sum : sums)
            sink = static_cast<double>(sum);
    });
    return at_a_time * sizeof(std::uint64_t) / seconds;
}

void bench_kernels(double bandwidth) {
    const Weights weights;
    CacheLineVector<float> block(segment_elements);
    fmt::print("\nKernels, one thread: bf16 weights in memory, widened a segment at a time, then\n");
    fmt::print("{:<28} {:>8} {:>12} {:>9} {:>12}\n", "", "set", "weights/s", "GB/s", "of bandwidth");
    for (const Case& one : cases())
        for (const KernelTable* table : kernels::available_kernel_tables()) {
            // Some milliseconds at a time: short enough to be left alone by others now and then.
            constexpr std::size_t at_a_time = 16;
            std::size_t next = 0;
            const double seconds = fastest([&] {
                for (std::size_t i = 0; i < at_a_time; ++i) {
                    table->convert_bf16(weights.segment(next++ % Weights::segments), segment_elements,
                                        block.data());
                    one.run(*table, block.data());
                }
            });
            const double rate = at_a_time * segment_elements / seconds;
            fmt::print("{:<28} {:>8} {:>10.2f} G {:>9.2f} {:>12.2f}\n", one.name, table->name, rate / 1e9,
                       2 * rate / 1e9, 2 * rate / bandwidth);
        }
}

}  // namespace halfstep::bench
