// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_allocation.h"

#include "core/allocation/knapsack.h"
#include "tests/bench/stopwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace halfstep::bench {
namespace {

using Classes = std::vector<std::vector<KnapsackOption>>;

constexpr std::size_t tensors = 1000;
constexpr double budgets = 200;

// Bits a weight of schemes as they are compared: int2 to int8 with a 32-bit scale for a row of 4,096 weights
// or a 16-bit one for groups, and GGUF blocks.
constexpr double row = 32. / 4096;
constexpr double bits[24] = {2 + row, 2.125, 2.25, 2.5,     2.625, 3 + row, 3.125, 3.25,
                             3.4375,  3.5,   4.25, 4 + row, 4.125, 4.5,     5.5,   5 + row,
                             5.125,   5.25,  6.25, 6 + row, 6.125, 6.5625,  8.5,   8 + row};

struct Kind {
    std::string name;
    std::vector<double> sizes;  // elements; empty: any
    double spread;              // of the logarithm of the sensitivity
    double noise;               // of the logarithm of the error
};

Classes make(const Kind& kind) {
    std::mt19937 random(42);
    std::uniform_real_distribution<double> unit(0, 1);
    std::normal_distribution<double> normal;
    Classes classes(tensors);
    for (std::size_t i = 0; i < tensors; ++i) {
        const double elements =
            kind.sizes.empty() ? std::floor(1e5 + 5e7 * unit(random)) : kind.sizes[i % kind.sizes.size()];
        const double sensitivity = std::exp(kind.spread * normal(random));
        for (const double width : bits) {
            const double error = std::exp2(-2 * width) * std::exp(kind.noise * normal(random));
            classes[i].push_back({8 * std::ceil(elements * width / 8), sensitivity * error});
        }
    }
    return classes;
}

void bench_kind(const Kind& kind) {
    using Clock = std::chrono::steady_clock;
    const Classes classes = make(kind);
    const double prepared = fastest([&] { sink = Knapsack(classes).least_weight(); });
    const Knapsack knapsack(classes);
    std::vector<double> times;
    double worst_gap = 0;
    std::size_t proven = 0;
    for (int i = 0; i < static_cast<int>(budgets); ++i) {
        const double share = (i + 0.5) / budgets;
        const double capacity =
            std::floor(knapsack.least_weight() + share * (knapsack.most_weight() - knapsack.least_weight()));
        const auto start = Clock::now();
        const auto solution = knapsack.solve(capacity, {.time = std::chrono::seconds(5)});
        times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        proven += solution->proven() ? 1 : 0;
        worst_gap = std::max(worst_gap, (solution->value - solution->bound) / solution->value);
    }
    std::ranges::sort(times);
    fmt::print("{:<44}{:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}{:>8} of {:.0f}{:>12.1e}\n", kind.name, 1e3 * prepared,
               1e3 * times[times.size() / 2], 1e3 * times[times.size() * 99 / 100], 1e3 * times.back(),
               proven, budgets, worst_gap);
    std::fflush(stdout);
}

}  // namespace

void bench_allocation() {
    fmt::print(
        "\nAllocation: {} tensors x 24 schemes, {:.0f} budgets, ms\n{:<44}{:>9}{:>9}{:>9}{:>9}{:>15}{:>12}\n",
        tensors, budgets, "", "prepare", "median", "99 %", "worst", "proven", "gap");
    const std::vector<double> llama{4096. * 4096,  1024. * 4096,  1024. * 4096, 4096. * 4096,
                                    14336. * 4096, 14336. * 4096, 4096. * 14336};
    bench_kind({"sizes of one layer, sensitivities differ", llama, 1.5, 0.1});
    bench_kind({"sizes of one layer, sensitivity 1", llama, 0, 0.1});
    bench_kind({"sizes of one layer, nearly equal errors", llama, 0, 1e-3});
    bench_kind({"sizes of one layer, equal errors", llama, 0, 0});
    bench_kind({"one size, sensitivities differ", {4096. * 4096}, 1.5, 0.1});
    bench_kind({"any sizes, sensitivities differ", {}, 1.5, 0.1});
    bench_kind({"any sizes, sensitivity 1", {}, 0, 0.1});
    bench_kind({"any sizes, equal errors", {}, 0, 0});
    bench_kind({"any sizes, noisy errors", {}, 1.5, 1});
}

}  // namespace halfstep::bench
