// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_memory.h"

#include "core/analysis/moment_counter.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/stretch_quantizer.h"
#include "core/tensor/float_conversion.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <span>
#include <string>
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
        for (const float x : f32_) {
            f16_.push_back(f32_to_f16(x));
            bf16_.push_back(f32_to_bf16(x));
        }
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
    std::vector<float> f32_;
    std::vector<std::uint16_t> f16_;
    std::vector<std::uint16_t> bf16_;
};

kernels::ValueSummary summary_of(std::span<const float> values) {
    kernels::ValueSummary summary{};
    kernels::kernel_table().summarize(values.data(), values.size(), &summary);
    return summary;
}

// As the engine does it: the limits of a tensor with one scale in a pass of their own, which also sums up
// what does not depend on the scheme; then stretch by stretch. Rows are whole segments here.
double measure(const MemoryWeights& weights, DType dtype, const Scheme& scheme) {
    AppliedScheme applied{scheme, unit_layout(scheme, weights.shape()), {}};
    const StoredWeights stored = weights.stored(dtype);
    std::vector<float> buffer;
    std::vector<kernels::ValueSummary> summaries;
    if (applied.layout.streamed()) {
        kernels::ValueSummary all{};
        for (std::uint64_t first = 0; first < weights.size(); first += segment_elements) {
            summaries.push_back(summary_of(widened(stored, first, segment_elements, buffer).values));
            all.min = std::min(all.min, summaries.back().min);
            all.max = std::max(all.max, summaries.back().max);
        }
        const UnitGrid grid = grid_from_limits(scheme, all.min, all.max).grid;
        applied.streamed_units = {{grid, grid.scale, {}}};
    }
    const JobContext job;
    StretchQuantizer quantizer;
    ErrorSums sums;
    applied.layout.for_each_stretch(0, weights.size(), [&](const Stretch& stretch) {
        const Window window = widened(stored, stretch.first, stretch.count, buffer);
        const kernels::ValueSummary summary =
            summaries.empty() ? summary_of(window.values) : summaries[stretch.first / segment_elements];
        quantizer.start(applied, window, stretch, summary, job);
        sums += quantizer.measure(stretch.first, window.values.size(), summary);
    });
    return sums.error_squared;
}

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

void print_row(const std::string& dtype, const std::string& what, double rate,
               const std::map<std::string, double>& peer) {
    fmt::print("{:<5} {:<18} {:>9.3f} G", dtype, what, rate / 1e9);
    for (const char* given : {"", ":given"})
        if (const auto found = peer.find(dtype + ' ' + what + given); found != peer.end())
            fmt::print(" {:>10.3f} G {:>7.1f}", found->second / 1e9, rate / found->second);
    fmt::print("\n");
    std::fflush(stdout);
}

double table_rate(const MemoryWeights& weights, DType dtype) {
    std::vector<float> buffer;
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

void bench_memory(const Model& model, const std::filesystem::path& script) {
    const MemoryWeights weights(model, model.tensors().front());
    const std::map<std::string, double> peer = torch_rates(model, script);
    fmt::print("\nWeights in memory, one thread: widening, ranges, quantizing and error\n");
    fmt::print("{:<5} {:<18} {:>11} {}\n", "", "", "weights/s",
               peer.empty() ? "" : "     PyTorch   ratio  with given scales, ratio");
    const std::map<std::string, DType> dtypes = {
        {"f32", DType::f32}, {"f16", DType::f16}, {"bf16", DType::bf16}};
    for (const auto& [name, dtype] : dtypes) {
        for (const char* notation :
             {"int8:tensor", "int8:channel", "int8:g32", "int8:g128", "int8:g256", "int4:asym:tensor",
              "int4:asym:channel", "int4:asym:g32", "int4:asym:g128", "int4:asym:g256", "log4", "log4:sqrt2",
              "fp16", "bf16", "int4:g128:mse"}) {
            const Scheme scheme = parse_scheme(notation);
            const double seconds = fastest([&] { sink = measure(weights, dtype, scheme); });
            print_row(name, notation, static_cast<double>(weights.size()) / seconds, peer);
        }
        print_row(name, "histc", table_rate(weights, dtype), peer);
    }
    if (peer.empty()) fmt::print("PyTorch is not there to compare with\n");
    fmt::print("histc: the moment table, against torch.histc with 2,048 bins\n");
}

}  // namespace halfstep::bench
