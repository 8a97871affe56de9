// SPDX-License-Identifier: GPL-3.0-or-later
// The same numbers through the kernels of every instruction set: any bit that differs is a fault. The first
// bytes choose the grid and the group; the rest are float32 weights as they are, NaN and infinity among them.
#include "core/kernels/kernel_table.h"
#include "core/quantize/range.h"
#include "core/quantize/unit_quantizers.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

using namespace halfstep;
using kernels::KernelTable;

namespace {

// Bits of what a kernel gave; zeros of both signs, and NaNs of any kind, are the same.
class Digest {
  public:
    void add(double value) {
        bits_.push_back(std::isnan(value) ? 1 : value == 0 ? 0 : std::bit_cast<std::uint64_t>(value));
    }
    void add(std::uint64_t value) { bits_.push_back(value); }
    void add(std::span<const float> values) {
        for (const float value : values)
            add(static_cast<double>(value));
    }
    void add(const kernels::SegmentSums& sums) {
        for (const double value : {sums.error_squared, sums.product, sums.max_abs_error})
            add(value);
        add(sums.clipped);
    }
    friend bool operator==(const Digest&, const Digest&) = default;

  private:
    std::vector<std::uint64_t> bits_;
};

struct Input {
    Scheme scheme;
    std::size_t group = 1;
    float parameter = 1;
    std::vector<float> x;
};

// What the bytes stand for; weights start at any alignment.
std::optional<Input> read(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t head = 8;
    if (bytes.size() < head + sizeof(float)) return std::nullopt;
    static constexpr const char* notations[] = {"int2",         "int4",         "int8",      "int16",
                                                "int4:symfull", "int4:asym",    "int8:asym", "int16:asym",
                                                "int4:g32",     "int8:asym:g32"};
    Input input;
    input.scheme = parse_scheme(notations[bytes[0] % std::size(notations)]);
    input.group = std::size_t{1} + bytes[1];
    std::memcpy(&input.parameter, &bytes[4], sizeof(float));
    bytes = bytes.subspan(head);
    input.x.resize(bytes.size() / sizeof(float));
    std::memcpy(input.x.data(), bytes.data(), input.x.size() * sizeof(float));
    return input;
}

void digest_uniform(const KernelTable& table, const Input& input, bool all_finite, Digest& digest) {
    const std::size_t n = input.x.size();
    const std::size_t units = (n + input.group - 1) / input.group;
    const std::size_t padded = (units + kernels::lanes - 1) / kernels::lanes * kernels::lanes;
    std::vector<float> lows(padded);
    std::vector<float> highs(padded);
    table.find_group_ranges(input.x.data(), n, input.group, all_finite, lows.data(), highs.data());
    digest.add(lows);
    digest.add(highs);
    UniformUnitArrays arrays;
    arrays.resize(units);
    const kernels::UnitOutcome outcome =
        table.make_units(unit_rule(input.scheme), lows.data(), highs.data(), units, arrays.arrays());
    digest.add(static_cast<std::uint64_t>(outcome.scale_lost));
    if (outcome.scale_lost) return;
    digest.add(static_cast<std::uint64_t>(outcome.clips));
    kernels::SegmentSums sums{};
    table.measure_uniform(kernels::lone_segment(input.x.data(), n, all_finite),
                          arrays.view(0, input.group, 0, true), &sums);
    digest.add(sums);
    std::vector<float> to(n);
    std::vector<float> clipped(n);
    digest.add(table.reconstruct_uniform(input.x.data(), n, arrays.view(0, input.group, 0, true), to.data(),
                                         clipped.data()));
    digest.add(to);
    kernels::SegmentSums compared{};
    table.compare(kernels::lone_segment(input.x.data(), n, all_finite), to.data(), &compared);
    compared.clipped = sums.clipped;
    Digest fused;
    Digest apart;
    fused.add(sums);
    apart.add(compared);
    if (!(fused == apart)) std::abort();
}

void digest_floats(const KernelTable& table, const Input& input, bool all_finite, Digest& digest) {
    const std::size_t n = input.x.size();
    const std::size_t units = (n + input.group - 1) / input.group;
    UniformUnitArrays arrays;
    arrays.resize(units);
    for (const SmallFloat& format :
         {float_e5m10, float_e5m2, float_e4m3, float_e3m2, float_e2m3, float_e2m1, float_mxint8}) {
        for (std::size_t i = 0; i < units; ++i) {
            const float scale = std::isfinite(input.parameter) ? std::fabs(input.parameter) : 1.0F;
            arrays.set(i, float_unit(format, i % 3 == 0 ? 1.0F : usable_scale(scale), 1));
        }
        kernels::SegmentSums sums{};
        table.measure_float(kernels::lone_segment(input.x.data(), n, all_finite),
                            arrays.view(0, input.group, 0, true), float_grid(format), &sums);
        digest.add(sums);
    }
}

void digest_scaled_codebook(const KernelTable& table, const Input& input, const kernels::CodebookGrid& grid,
                            Digest& digest) {
    const std::size_t n = input.x.size();
    const std::size_t units = (n + input.group - 1) / input.group;
    UniformUnitArrays arrays;
    arrays.resize(units);
    for (std::size_t i = 0; i < units; ++i)
        arrays.set(i, {i % 2 == 0 ? 0.5F : 3.0F, i % 2 == 0 ? 2.0F : 0.4F, 0, 0});
    kernels::SegmentSums sums{};
    table.measure_scaled_codebook(kernels::lone_segment(input.x.data(), n, false),
                                  arrays.view(0, input.group, 0, true), grid, &sums);
    digest.add(sums);
}

// Must agree with what is found without groups, and group by group.
void digest_group_summaries(const KernelTable& table, const Input& input, const kernels::ValueSummary& plain,
                            Digest& digest) {
    const float* x = input.x.data();
    const std::size_t n = input.x.size();
    for (const std::size_t group : {16U, 32U, 64U, 128U}) {
        const std::size_t groups = (n + group - 1) / group;
        std::vector<float> lows(groups);
        std::vector<float> highs(groups);
        kernels::ValueSummary summary{};
        table.summarize_groups(kernels::lone_segment(x, n, false), group, &summary, lows.data(),
                               highs.data());
        if (summary.min != plain.min || summary.max != plain.max || summary.finite != plain.finite ||
            summary.value_squared != plain.value_squared)
            std::abort();
        digest.add(lows);
        digest.add(highs);
        table.find_group_ranges(x, n, group, plain.finite == n, lows.data(), highs.data());
        digest.add(lows);
        digest.add(highs);
    }
}

Digest digest_of(const KernelTable& table, const Input& input) {
    Digest digest;
    const float* x = input.x.data();
    const std::size_t n = input.x.size();
    kernels::ValueSummary summary{};
    table.summarize(kernels::lone_segment(x, n, false), &summary);
    digest_group_summaries(table, input, summary, digest);
    for (const float value : {summary.min, summary.max})
        digest.add(static_cast<double>(value));
    digest.add(summary.finite);
    digest.add(summary.value_squared);
    const bool all_finite = summary.finite == n;
    digest_uniform(table, input, all_finite, digest);

    kernels::SegmentSums sums{};
    digest_floats(table, input, all_finite, digest);
    table.measure_bf16(kernels::lone_segment(x, n, all_finite), &sums);
    digest.add(sums);
    for (const char* notation : {"log4", "log5:sqrt2"}) {
        const Scheme scheme = parse_scheme(notation);
        const float largest = std::isfinite(input.parameter) ? std::fabs(input.parameter) : 1.0F;
        const float scale = grid_from_limits(scheme, 0, largest).grid.scale;
        table.measure_log(kernels::lone_segment(x, n, all_finite), log_grid(scheme, scale, scale), &sums);
        digest.add(sums);
    }
    std::vector<float> levels;
    for (const float value : std::span(input.x).first(std::min<std::size_t>(n, 256)))
        if (std::isfinite(value)) levels.push_back(value);
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    kernels::CodebookGrid grid{};
    for (const std::size_t most : {std::size_t{16}, levels.size()}) {
        fill_codebook_grid(std::span(levels).first(std::min(most, levels.size())), grid);
        table.measure_codebook(kernels::lone_segment(x, n, all_finite), grid, &sums);
        digest.add(sums);
        if (grid.levels <= kernels::CodebookGrid::few_levels)
            digest_scaled_codebook(table, input, grid, digest);
    }
    return digest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::optional<Input> input = read({data, size});
    if (!input) return 0;
    const std::vector<const KernelTable*> tables = kernels::available_kernel_tables();
    const Digest expected = digest_of(*tables.front(), *input);
    for (const KernelTable* table : tables)
        if (!(digest_of(*table, *input) == expected)) std::abort();
    return 0;
}
