// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_measure.h"

#include "core/analysis/statistics.h"
#include "core/analysis/what_if.h"
#include "core/base/parallel.h"
#include "core/model_files/input_file.h"
#include "core/quantize/measure.h"
#include "core/tensor/float_conversion.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace halfstep::bench {
namespace {

// What a plain program needs to read the tensor's bytes from the page cache through a buffer of 256 KiB.
double reading_seconds(const Model& model, unsigned threads) {
    const InputFile& file = *model.files().front();
    constexpr std::uint64_t step = std::uint64_t{256} << 10U;
    JobContext job;
    job.threads = threads;
    std::vector<std::vector<std::byte>> buffers(threads, std::vector<std::byte>(step));
    return fastest(
        [&] {
            parallel_for(static_cast<std::size_t>((file.size() + step - 1) / step), job,
                         [&](std::size_t index, unsigned worker) {
                             const std::uint64_t first = index * step;
                             const auto count = static_cast<std::size_t>(std::min(step, file.size() - first));
                             file.read_at(first, std::span(buffers[worker]).first(count));
                         });
        },
        0.3, 3);
}

std::vector<const TensorInfo*> all_tensors(const Model& model) {
    std::vector<const TensorInfo*> tensors;
    for (const TensorInfo& tensor : model.tensors())
        tensors.push_back(&tensor);
    return tensors;
}

double measuring_seconds(const Model& model, const std::vector<Scheme>& schemes, unsigned threads) {
    JobContext job;
    job.threads = threads;
    return fastest(
        [&] {
            sink = measure_tensors(model, all_tensors(model), schemes, job)
                       .front()
                       .results.front()
                       .sums.error_squared;
        },
        0.1, 2);
}

// The same file, taken for layers whose first axis is the inputs.
std::shared_ptr<const Model> with_inputs_first(const Model& model) {
    Model::Contents contents{model.path(), model.format(), {}, model.tensors(), {}, {}, model.files()};
    for (TensorInfo& tensor : contents.tensors) {
        tensor.input_axis = 0;
        tensor.channel_axis = 1;
    }
    return std::make_shared<const Model>(std::move(contents));
}

void print_rate(const Model& model, const std::string& what, unsigned threads, double seconds,
                double reading) {
    const double rate = static_cast<double>(model.parameters()) / seconds;
    fmt::print("{:<34} {:>7} {:>10.0f} ms {:>8.2f} G {:>10.2f}\n", what, threads, seconds * 1e3, rate / 1e9,
               seconds / reading);
    std::fflush(stdout);
}

}  // namespace

std::shared_ptr<const Model> write_layers(const std::filesystem::path& path, std::uint64_t layers,
                                          std::uint64_t channels, std::uint64_t inputs) {
    const std::uint64_t bytes = channels * inputs * 2;
    std::string header = "{";
    for (std::uint64_t layer = 0; layer < layers; ++layer)
        header += fmt::format(R"({}"w{}":{{"dtype":"BF16","shape":[{},{}],"data_offsets":[{},{}]}})",
                              layer == 0 ? "" : ",", layer == 0 ? std::string() : std::to_string(layer),
                              channels, inputs, layer * bytes, (layer + 1) * bytes);
    header += '}';
    header.append((8 - header.size() % 8) % 8, ' ');
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 0.02F);
    std::ofstream file(path, std::ios::binary);
    const std::uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof(length));
    file << header;
    // Rows repeat, shifted: drawing all weights would take longer than everything else here.
    std::vector<std::uint16_t> pool(16 * inputs);
    for (std::uint16_t& weight : pool)
        weight = f32_to_bf16(normal(random));
    for (std::uint64_t channel = 0; channel < layers * channels; ++channel)
        file.write(reinterpret_cast<const char*>(pool.data() + channel * 977 % (15 * inputs)),
                   static_cast<std::streamsize>(inputs * 2));
    file.close();
    return open_model(path);
}

void bench_measure(const Model& model) {
    fmt::print("\nStreaming engine, {} layers of {:.0f} million bf16 weights from a file in the page cache\n",
               model.tensors().size(), static_cast<double>(model.tensors().front().elements) / 1e6);
    fmt::print("{:<34} {:>7} {:>13} {:>10} {:>10}\n", "", "threads", "time", "weights/s", "x reading");
    const std::vector<const char*> eight = {"int8",      "int4",        "int4:g32", "int4:asym:g64",
                                            "int4:g128", "int8:tensor", "fp16",     "log4"};
    std::vector<const char*> many = eight;
    many.insert(many.end(), {"int2", "int3", "int5", "int6", "int7", "int3:g32", "int3:g64", "int3:g128",
                             "int6:g64", "int8:g128", "int4:symfull:g32", "int8:asym", "int4:asym:g128",
                             "int4:tensor", "bf16", "log3"});
    const std::vector<std::vector<const char*>> sets = {
        {"int8"}, {"int4:g32"}, {"int4:asym:g128"}, {"int8:tensor"},   {"log4"}, {"fp16"},
        eight,    many,         {"int4:pct99.9"},   {"int4:g128:mse"}, {"q4_0"}};
    const std::shared_ptr<const Model> inputs_first = with_inputs_first(model);
    for (const unsigned threads : std::set<unsigned>{1, default_thread_count()}) {
        const double reading = reading_seconds(model, threads);
        print_rate(model, "reading alone", threads, reading, reading);
        for (const std::vector<const char*>& notations : sets) {
            std::vector<Scheme> schemes;
            for (const char* notation : notations)
                schemes.push_back(parse_scheme(notation));
            const std::string name =
                notations.size() == 1 ? notations[0] : fmt::format("{} schemes at once", notations.size());
            print_rate(model, name, threads, measuring_seconds(model, schemes, threads), reading);
        }
        print_rate(model, "int8, inputs first in the file", threads,
                   measuring_seconds(*inputs_first, {parse_scheme("int8")}, threads), reading);
        JobContext job;
        job.threads = threads;
        const double seconds =
            fastest([&] { sink = compute_all_statistics(model, job).front()->std; }, 0.1, 2);
        print_rate(model, "statistics", threads, seconds, reading);
    }
}

void bench_drag(const Model& model) {
    const TensorInfo& tensor = model.tensors().front();
    MomentTable table = MomentTable::build(model, tensor);
    const double build = fastest([&] { table = MomentTable::build(model, tensor); }, 0.1, 2);
    fmt::print("\nDragging on 100 million bf16 weights: table built in {:.0f} ms\n", build * 1e3);
    for (const char* format : {"int2", "int4", "int8", "int8:asym", "int16", "log4", "log8:sqrt2"}) {
        double slowest = 0;
        double worst_agreement = 0;
        for (const double clip : {0.005, 0.01, 0.02, 0.037, 0.06, 0.09}) {
            const Scheme scheme = parse_scheme(fmt::format("{}:tensor:clip{}", format, clip));
            WhatIf answer;
            slowest = std::max(slowest, fastest([&] { answer = *what_if(table, scheme); }, 0.02));
            const ErrorSums streamed = measure_tensor(model, tensor, {&scheme, 1}).results.front().sums;
            worst_agreement = std::max(
                worst_agreement, std::fabs(answer.answer.sums.error_squared / streamed.error_squared - 1));
            if (answer.answer.sums.clipped != streamed.clipped) worst_agreement = 1;
        }
        fmt::print("{:<12} from clip value to all numbers {:>8.3f} ms, relative to the engine {:.1e}\n",
                   format, slowest * 1e3, worst_agreement);
    }
}

}  // namespace halfstep::bench
