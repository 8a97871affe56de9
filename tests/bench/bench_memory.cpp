// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_memory.h"

#include "core/analysis/moment_counter.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/block_scales.h"
#include "core/quantize/stretch_quantizer.h"
#include "core/quantize/unit_quantizers.h"
#include "core/tensor/float_conversion.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep::bench {
namespace {

using kernels::block_elements;
using kernels::segment_elements;

class MemoryWeights {
  public:
    MemoryWeights(const Model& model, const TensorInfo& tensor)
        : shape_(matrix_shape(tensor)), f32_(static_cast<std::size_t>(tensor.elements)) {
        model.read_floats(tensor, 0, f32_);
        f16_.resize(f32_.size());
        bf16_.resize(f32_.size());
        std::transform(f32_.begin(), f32_.end(), f16_.begin(), f32_to_f16);
        std::transform(f32_.begin(), f32_.end(), bf16_.begin(), f32_to_bf16);
    }

    MatrixShape shape() const { return shape_; }
    std::size_t size() const { return f32_.size(); }
    std::span<const std::uint16_t> patterns(DType dtype) const { return dtype == DType::f16 ? f16_ : bf16_; }

    StoredWeights stored(DType dtype) const {
        if (dtype == DType::f32) return {dtype, 0, std::as_bytes(std::span(f32_))};
        return {dtype, 0, std::as_bytes(patterns(dtype))};
    }

  private:
    MatrixShape shape_;
    CacheLineVector<float> f32_;
    CacheLineVector<std::uint16_t> f16_;
    CacheLineVector<std::uint16_t> bf16_;
};

// As the engine does it: the limits of a tensor with one scale in a pass of their own, which also sums up
// what does not depend on the scheme; then stretch by stretch. Rows are whole segments here.
double measure(const MemoryWeights& weights, DType dtype, const Scheme& scheme) {
    AppliedScheme applied{scheme, unit_layout(scheme, weights.shape()), {}};
    const StoredWeights stored = weights.stored(dtype);
    CacheLineVector<float> buffer;
    std::vector<kernels::ValueSummary> summaries;
    const bool two_levels = scheme.float_format == FloatFormat::nvfp4;
    if (applied.layout.streamed() || two_levels) {
        kernels::ValueSummary all{};
        for (std::uint64_t first = 0; first < weights.size(); first += segment_elements) {
            const Window window = widened(stored, first, segment_elements, buffer);
            kernels::kernel_table().summarize(window.segment(first, segment_elements, false),
                                              &summaries.emplace_back());
            all.min = std::min(all.min, summaries.back().min);
            all.max = std::max(all.max, summaries.back().max);
        }
        const UnitGrid grid = grid_from_limits(scheme, all.min, all.max).grid;
        applied.streamed_units = {{grid, grid.scale, {}}};
        applied.tensor_scale = nvfp4_tensor_scale(std::max(-all.min, all.max));
        if (two_levels) summaries.clear();
    }
    const JobContext job;
    StretchSummarizer summarizer;
    StretchQuantizer quantizer;
    const std::size_t group = scheme.granularity == Granularity::group
                                  ? StretchSummarizer::shared_group({&applied.layout.unit_elements, 1})
                                  : 0;
    ErrorSums sums;
    applied.layout.for_each_stretch(0, weights.size(), [&](const Stretch& stretch) {
        const Window window = widened(stored, stretch.first, stretch.count, buffer);
        if (summaries.empty())
            summarizer.look_at(window, stretch, group);
        else
            summarizer.take(summaries[stretch.first / segment_elements]);
        quantizer.start(applied, window, stretch, summarizer.summary(), job);
        sums += quantizer.measure(stretch.first, window.values.size(), summarizer.summary().whole);
    });
    return sums.error_squared;
}

// The same with known scales, as fake_quantize takes them: quantizing and the squared error alone.
class GivenScales {
  public:
    GivenScales(const MemoryWeights& weights, DType dtype, const Scheme& scheme)
        : stored_(weights.stored(dtype)), size_(weights.size()), scheme_(scheme) {
        const UnitLayout layout = unit_layout(scheme, weights.shape());
        row_ = layout.flat ? segment_elements : static_cast<std::size_t>(layout.row_elements);
        unit_ = layout.flat ? row_ : static_cast<std::size_t>(layout.unit_elements);
        const std::size_t units_of_row = row_ / unit_;
        CacheLineVector<float> buffer;
        if (layout.flat) find_limits({widened(stored_, 0, size_, buffer).values, size_});
        for (std::size_t first = 0; first < size_; first += row_) {
            if (!layout.flat) find_limits({widened(stored_, first, row_, buffer).values, unit_});
            UniformUnitArrays& units = rows_.emplace_back();
            units.resize(units_of_row);
            clips_.push_back(
                kernels::kernel_table()
                    .make_units(unit_rule(scheme), lows_.data(), highs_.data(), units_of_row, units.arrays())
                    .clips);
        }
    }

    double error_squared() {
        double sum = 0;
        for (std::size_t first = 0; first < size_; first += row_) {
            const Window window = widened(stored_, first, row_, buffer_);
            const std::size_t row = first / row_;
            kernels::SegmentSums sums{};
            kernels::kernel_table().measure_uniform(window.segment(first, row_, true),
                                                    rows_[row].view(0, unit_, 0, clips_[row]), &sums);
            sum += sums.error_squared;
        }
        return sum;
    }

  private:
    struct Units {
        std::span<const float> values;
        std::size_t length;
    };

    // Of every unit, behind them zeros up to whole vectors.
    void find_limits(const Units& units) {
        const std::size_t count = units.values.size() / units.length;
        lows_.assign((count + kernels::lanes - 1) / kernels::lanes * kernels::lanes, 0.0F);
        highs_.assign(lows_.size(), 0.0F);
        kernels::kernel_table().find_group_ranges(units.values.data(), units.values.size(), units.length,
                                                  true, lows_.data(), highs_.data());
    }

    StoredWeights stored_;
    std::size_t size_;
    Scheme scheme_;
    std::size_t row_ = 0;
    std::size_t unit_ = 0;
    std::vector<float> lows_;
    std::vector<float> highs_;
    std::vector<UniformUnitArrays> rows_;
    std::vector<bool> clips_;
    CacheLineVector<float> buffer_;
};

// "dtype what" -> weights a second.
std::map<std::string, double> torch_rates(const Model& model, const std::filesystem::path& script) {
    std::map<std::string, double> rates;
    const std::string command =
        fmt::format("/usr/bin/python3 '{}' '{}' 2>/dev/null", script.string(), model.path().string());
    std::FILE* torch = popen(command.c_str(), "r");
    if (torch == nullptr) return rates;
    char dtype[32];
    char what[64];
    double rate = 0;
    while (std::fscanf(torch, "%31s %63s %lf", dtype, what, &rate) == 3)
        rates[fmt::format("{} {}", dtype, what)] = rate;
    pclose(torch);
    return rates;
}

// `given_rate`: with known scales; 0 where that makes no sense.
void print_row(const std::string& dtype, const std::string& what, double rate, double given_rate,
               const std::map<std::string, double>& peer) {
    const auto print_peer = [&](const char* how, double ours) {
        if (const auto found = peer.find(dtype + ' ' + what + how); found != peer.end())
            fmt::print(" {:>8.3f} G {:>6.1f}", found->second / 1e9, ours / found->second);
    };
    fmt::print("{:<5} {:<18} {:>7.3f} G", dtype, what, rate / 1e9);
    print_peer("", rate);
    print_peer(":pieces", rate);
    if (given_rate != 0) fmt::print(" | {:>7.3f} G", given_rate / 1e9);
    print_peer(":given", given_rate);
    fmt::print("\n");
    std::fflush(stdout);
}

double table_rate(const MemoryWeights& weights, DType dtype) {
    CacheLineVector<float> buffer;
    const double seconds = fastest([&] {
        MomentCounter counter(dtype);
        for (std::size_t first = 0; first < weights.size(); first += block_elements) {
            const std::size_t n = std::min(block_elements, weights.size() - first);
            if (counter.takes_patterns(dtype))
                counter.add_patterns(weights.patterns(dtype).subspan(first, n));
            else
                counter.add(widened(weights.stored(dtype), first, n, buffer).values);
        }
        sink = static_cast<double>(counter.finish().count());
    });
    return static_cast<double>(weights.size()) / seconds;
}

}  // namespace

void bench_memory(const Model& model, const std::filesystem::path& script, const std::string& only) {
    const MemoryWeights weights(model, model.tensors().front());
    const std::map<std::string, double> peer =
        only.empty() ? torch_rates(model, script) : std::map<std::string, double>{};
    fmt::print("\nWeights in memory, one thread: widening, ranges, quantizing and error\n");
    fmt::print("{:<5} {:<18} {:>11} {}\n", "", "", "weights/s",
               peer.empty() ? "" : "   PyTorch  ratio  in pieces, ratio | scales given  PyTorch  ratio");
    const std::map<std::string, DType> dtypes = {
        {"f32", DType::f32}, {"f16", DType::f16}, {"bf16", DType::bf16}};
    for (const auto& [name, dtype] : dtypes) {
        for (const char* notation : {"int8:tensor",
                                     "int8:channel",
                                     "int8:g32",
                                     "int8:g128",
                                     "int8:g256",
                                     "int4:asym:tensor",
                                     "int4:asym:channel",
                                     "int4:asym:g32",
                                     "int4:asym:g128",
                                     "int4:asym:g256",
                                     "log4",
                                     "log4:sqrt2",
                                     "fp8_e4m3",
                                     "fp8_e4m3:g128",
                                     "fp4_e2m1:g32",
                                     "mxfp4",
                                     "mxfp8_e4m3",
                                     "mxint8",
                                     "nvfp4",
                                     "nf4",
                                     "fp16",
                                     "bf16",
                                     "int4:g32",
                                     "int4:g128:mse",
                                     "fp4_e2m1:g32:mse",
                                     "fp8_e4m3:g128:mse",
                                     "fp8_e4m3:mse"}) {
            if (std::string_view(notation).find(only) == std::string_view::npos) continue;
            const Scheme scheme = parse_scheme(notation);
            const double seconds = fastest([&] { sink = measure(weights, dtype, scheme); });
            double given_rate = 0;
            if (scheme.family == Family::integer && scheme.range == Range::minmax) {
                GivenScales given(weights, dtype, scheme);
                given_rate =
                    static_cast<double>(weights.size()) / fastest([&] { sink = given.error_squared(); });
            }
            print_row(name, notation, static_cast<double>(weights.size()) / seconds, given_rate, peer);
        }
        if (only.empty()) print_row(name, "histc", table_rate(weights, dtype), 0, peer);
    }
    if (peer.empty()) fmt::print("PyTorch is not there to compare with\n");
    fmt::print("histc: the moment table, against torch.histc with 2,048 bins\n");
}

}  // namespace halfstep::bench
