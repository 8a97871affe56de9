// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_measure.h"

#include "core/analysis/statistics.h"
#include "core/analysis/what_if.h"
#include "core/quantize/measure.h"
#include "core/tensor/float_conversion.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace halfstep::bench {
namespace {

constexpr std::uint64_t channels = 10000;
constexpr std::uint64_t inputs = 10000;

double measuring_seconds(const Model& model, const std::vector<Scheme>& schemes, unsigned threads) {
    JobContext job;
    job.threads = threads;
    return fastest(
        [&] {
            sink = measure_tensor(model, model.tensors().front(), schemes, job)
                       .results.front()
                       .sums.error_squared;
        },
        0.1, 2);
}

void print_rate(const std::string& what, unsigned threads, double seconds, double bandwidth) {
    const double rate = channels * inputs / seconds;
    fmt::print("{:<34} {:>7} {:>10.0f} ms {:>8.2f} G {:>12.2f}\n", what, threads, seconds * 1e3, rate / 1e9,
               2 * rate / bandwidth);
}

}  // namespace

std::shared_ptr<const Model> hundred_million_weights(const std::filesystem::path& path) {
    const std::uint64_t bytes = channels * inputs * 2;
    std::string header = fmt::format(R"({{"w":{{"dtype":"BF16","shape":[{},{}],"data_offsets":[0,{}]}}}})",
                                     channels, inputs, bytes);
    header.append((8 - header.size() % 8) % 8, ' ');
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 0.02F);
    std::ofstream file(path, std::ios::binary);
    const std::uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof(length));
    file << header;
    std::vector<std::uint16_t> row(inputs);
    for (std::uint64_t channel = 0; channel < channels; ++channel) {
        for (std::uint16_t& weight : row)
            weight = f32_to_bf16(normal(random));
        file.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(inputs * 2));
    }
    file.close();
    return open_model(path);
}

void bench_measure(const Model& model, double bandwidth) {
    fmt::print("\nStreaming engine, 100 million bf16 weights from a file in the page cache\n");
    fmt::print("{:<34} {:>7} {:>13} {:>10} {:>12}\n", "", "threads", "time", "weights/s", "of bandwidth");
    const std::set<unsigned> thread_counts = {1, default_thread_count()};
    const std::vector<std::vector<const char*>> sets = {
        {"int8"},
        {"int4:g32"},
        {"int4:asym:g128"},
        {"int8:tensor"},
        {"int4:pct99.9"},
        {"log4"},
        {"fp16"},
        {"q4_0"},
        {"int8", "int4", "int4:g32", "int4:g64", "int4:g128", "int8:tensor", "fp16", "bf16"}};
    for (const std::vector<const char*>& notations : sets)
        for (const unsigned threads : thread_counts) {
            std::vector<Scheme> schemes;
            for (const char* notation : notations)
                schemes.push_back(parse_scheme(notation));
            const std::string name =
                notations.size() == 1 ? notations[0] : fmt::format("{} schemes at once", notations.size());
            print_rate(name, threads, measuring_seconds(model, schemes, threads), bandwidth);
        }
    for (const unsigned threads : thread_counts) {
        JobContext job;
        job.threads = threads;
        const double seconds =
            fastest([&] { sink = compute_statistics(model, model.tensors().front(), job).std; }, 0.1, 2);
        print_rate("statistics", threads, seconds, bandwidth);
    }
}

void bench_torch(const Model& model, const std::filesystem::path& script) {
    const std::string command =
        fmt::format("/usr/bin/python3 '{}' '{}' 2>/dev/null", script.string(), model.path().string());
    std::FILE* torch = popen(command.c_str(), "r");
    double seconds = 0;
    const bool ran = torch != nullptr && std::fscanf(torch, "%lf", &seconds) == 1;
    if (torch != nullptr) pclose(torch);
    if (!ran) {
        fmt::print("\nPyTorch is not there to compare with\n");
        return;
    }
    const double ours = measuring_seconds(model, {parse_scheme("int8")}, 1);
    fmt::print(
        "\nint8 per channel with the error, one thread: PyTorch {:.0f} ms, ours {:.0f} ms, ratio {:.1f}\n",
        seconds * 1e3, ours * 1e3, seconds / ours);
}

void bench_drag(const Model& model) {
    const TensorInfo& tensor = model.tensors().front();
    MomentTable table = MomentTable::build(model, tensor);
    const double build = fastest([&] { table = MomentTable::build(model, tensor); }, 0.1, 2);
    fmt::print("\nDragging on 100 million bf16 weights: table built in {:.0f} ms\n", build * 1e3);
    for (const char* format : {"int4", "int8", "int8:asym", "int16", "log4"}) {
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
