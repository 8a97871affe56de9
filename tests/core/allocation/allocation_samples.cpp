// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/allocation/allocation_samples.h"

#include <fmt/format.h>

#include <cmath>
#include <random>
#include <utility>

namespace halfstep::testing {
namespace {

AllocationOption option(const char* scheme, double bits_per_weight, double loss, std::uint64_t elements) {
    const auto bits =
        static_cast<std::uint64_t>(std::llround(bits_per_weight * static_cast<double>(elements)));
    return {parse_scheme(scheme), bits, (bits + 7) / 8, loss};
}

constexpr const char* schemes[] = {"int2:g64", "int3:g64", "int3:g32", "int4:g64",
                                   "int4:g32", "int5:g32", "int6:g32", "int8:g32"};
constexpr double scheme_bits[] = {2.25, 3.25, 3.5, 4.25, 4.5, 5.5, 6.5, 8.5};

}  // namespace

AllocationTensor sample_tensor(const char* name, Role role, std::optional<int> block, std::uint64_t elements,
                               const std::vector<SampleOption>& options) {
    AllocationTensor tensor;
    tensor.name = name;
    tensor.role = role;
    tensor.block = block;
    tensor.elements = elements;
    tensor.kept = option("keep", 16, 0, elements);
    for (const SampleOption& of : options)
        tensor.options.push_back(option(of.scheme, of.bits_per_weight, of.loss, elements));
    return tensor;
}

Pin pin(std::size_t tensor, const char* scheme, const char* from) {
    return {tensor, parse_scheme(scheme), from};
}

Tie tie(std::vector<std::size_t> tensors, const char* from) {
    return {std::move(tensors), from};
}

LeastBits least(std::size_t tensor, double bits_per_weight, const char* from) {
    return {tensor, bits_per_weight, from};
}

std::vector<Scheme> sample_schemes() {
    std::vector<Scheme> parsed;
    for (const char* scheme : schemes)
        parsed.push_back(parse_scheme(scheme));
    return parsed;
}

AllocationProblem sample_transformer(std::size_t blocks, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    AllocationProblem problem;
    const auto add = [&](const std::string& name, Role role, std::optional<int> block,
                         std::uint64_t elements) {
        std::vector<SampleOption> options;
        const double sensitivity = std::exp(normal(random));
        for (std::size_t j = 0; j < std::size(schemes); ++j)
            options.push_back(
                {schemes[j], scheme_bits[j],
                 sensitivity * std::exp2(-2 * scheme_bits[j]) * std::exp(0.2 * normal(random))});
        problem.tensors.push_back(sample_tensor(name.c_str(), role, block, elements, options));
        problem.tensors.back().sensitivity = sensitivity;
    };
    add("token_embd.weight", Role::token_embedding, std::nullopt, 32000 * 512);
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::string block = fmt::format("blk.{}.", i);
        const int number = static_cast<int>(i);
        add(block + "attn_q.weight", Role::attention_q, number, 512 * 512);
        add(block + "attn_k.weight", Role::attention_k, number, 128 * 512);
        add(block + "attn_v.weight", Role::attention_v, number, 128 * 512);
        add(block + "attn_output.weight", Role::attention_output, number, 512 * 512);
        add(block + "ffn_gate.weight", Role::ffn_gate, number, 1376 * 512);
        add(block + "ffn_up.weight", Role::ffn_up, number, 1376 * 512);
        add(block + "ffn_down.weight", Role::ffn_down, number, 1376 * 512);
    }
    add("output.weight", Role::output_head, std::nullopt, 32000 * 512);
    problem.other_bits = 32 * 512 * 3;
    problem.other_bytes = problem.other_bits / 8;
    problem.other_elements = 512 * 3;
    return problem;
}

}  // namespace halfstep::testing
