// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_blocks.h"

#include "core/ggml/ggml_blocks.h"
#include "core/model_files/gguf.h"
#include "tests/bench/stopwatch.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace halfstep::bench {
namespace {

using enum DType;

constexpr std::array types = {q4_0, q4_1,   q5_0,   q5_1,  q8_0,  q2_K,  q3_K,  q4_K, q5_K,
                              q6_K, iq4_nl, iq4_xs, tq1_0, tq2_0, mxfp4, nvfp4, q1_0, q2_0};
constexpr std::size_t rows = 64;
constexpr std::size_t columns = 4096;

// ggml_quantize_chunk of ggml.h.
using QuantizeChunk = std::size_t (*)(int type, const float* from, void* to, std::int64_t start,
                                      std::int64_t rows, std::int64_t columns, const float* importance);

QuantizeChunk peer() {
    const char* path = std::getenv("HALFSTEP_GGML");
    if (path == nullptr) return nullptr;
    void* library = dlopen(path, RTLD_NOW);
    if (library == nullptr) throw std::runtime_error(fmt::format("HALFSTEP_GGML: {}", dlerror()));
    return reinterpret_cast<QuantizeChunk>(dlsym(library, "ggml_quantize_chunk"));
}

struct Weights {
    std::vector<float> values = std::vector<float>(rows * columns);
    std::vector<float> importance = std::vector<float>(columns);

    Weights() {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (float& value : values)
            value = 0.02F * normal(random);
        for (float& weight : importance)
            weight = std::exp(normal(random));
    }
};

void bench_type(DType type, const Weights& weights, bool important, QuantizeChunk ggml) {
    const std::size_t bytes = ggml_bytes(type, columns);
    std::vector<std::byte> ours(rows * bytes);
    const std::span<const float> importance =
        important ? std::span<const float>(weights.importance) : std::span<const float>();
    // All rows at once, as ggml gets them and as a file is written.
    const double seconds =
        fastest<ThreadClock>([&] { quantize_ggml_row(type, std::span(weights.values), importance, ours); });
    const double millions = static_cast<double>(rows * columns) / 1e6;
    std::string line = fmt::format("  {:7}{:11} {:7.1f} M/s", traits(type).name,
                                   important ? " importance" : "", millions / seconds);
    if (ggml != nullptr) {
        std::vector<std::byte> theirs(ours.size());
        const auto number = static_cast<int>(gguf_type_number(type).value());
        const double peer_seconds = fastest<ThreadClock>([&] {
            ggml(number, weights.values.data(), theirs.data(), 0, rows, columns,
                 important ? weights.importance.data() : nullptr);
        });
        line += fmt::format("   ggml {:6.1f} M/s, {:5.1f} times{}", millions / peer_seconds,
                            peer_seconds / seconds, ours == theirs ? "" : "; THE BYTES DIFFER");
    }
    fmt::print("{}\n", line);
}

}  // namespace

void bench_blocks() {
    const QuantizeChunk ggml = peer();
    const Weights weights;
    fmt::print("Weights to GGUF blocks, {} x {}, one thread, its processor time\n", rows, columns);
    for (const DType type : types) {
        bench_type(type, weights, false, ggml);
        if (type != q8_0 && type != tq1_0 && type != tq2_0 && type != mxfp4 && type != nvfp4 &&
            type != q1_0 && type != q2_0)
            bench_type(type, weights, true, ggml);
    }
}

}  // namespace halfstep::bench
