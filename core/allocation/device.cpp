// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/device.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace halfstep {
namespace {

constexpr double reference_product = 16.0 * 16.0;

int passes_of(int bits, int unit_bits) {
    return std::max(1, (bits + unit_bits - 1) / unit_bits);
}

double bits_per_weight(const TensorInfo& tensor, const Scheme& scheme) {
    if (tensor.elements == 0) return 0;
    return static_cast<double>(planned_bits(tensor, scheme)) / static_cast<double>(tensor.elements);
}

}  // namespace

int code_bits(const Scheme& scheme, double bits_per_weight) {
    if (scheme.bits > 0) return scheme.bits;
    return std::max(1, static_cast<int>(std::floor(bits_per_weight)));
}

double device_product(const Device& device, int weight_bits, int activation_bits) {
    std::optional<double> cheapest;   // of the units that are wide enough
    std::optional<double> in_passes;  // of all
    for (const Device::Compute& compute : device.computes) {
        const auto product = static_cast<double>(compute.weight_bits * compute.activation_bits);
        const int passes =
            passes_of(weight_bits, compute.weight_bits) * passes_of(activation_bits, compute.activation_bits);
        in_passes = std::min(in_passes.value_or(passes * product), passes * product);
        if (passes == 1) cheapest = std::min(cheapest.value_or(product), product);
    }
    return cheapest.value_or(in_passes.value_or(0));
}

DeviceCost device_cost(const Model& model, const Plan& plan, const Device& device) {
    std::unordered_map<std::string_view, const Scheme*> schemes;
    for (const Plan::Entry& entry : plan.entries)
        schemes.emplace(entry.tensor, &entry.scheme);
    DeviceCost cost;
    double products = 0;
    double weights = 0;
    std::uint64_t embedding_bytes = 0;
    bool has_head = false;
    for (const TensorInfo& tensor : model.tensors()) {
        const auto found = schemes.find(tensor.name);
        const Scheme scheme = found == schemes.end() ? Scheme{} : *found->second;
        const std::uint64_t bytes = (planned_bits(tensor, scheme) + 7) / 8;
        cost.bytes += bytes;
        if (tensor.role == Role::token_embedding) embedding_bytes += bytes;
        has_head = has_head || tensor.role == Role::output_head;
        if (!tensor.quantizable) continue;
        const auto count = static_cast<double>(tensor.elements);
        const int bits = code_bits(scheme, bits_per_weight(tensor, scheme));
        products += count * device_product(device, bits);
        weights += count;
    }
    if (weights > 0) cost.compute_ratio = products / weights / reference_product;
    cost.memory_share = static_cast<double>(cost.bytes) / static_cast<double>(device.memory);
    cost.fits = cost.bytes <= device.memory;
    const std::uint64_t read = has_head ? cost.bytes - embedding_bytes : cost.bytes;
    if (embedding_bytes > 0 && read > 0)
        cost.tokens_per_second = device.bandwidth / static_cast<double>(read);
    return cost;
}

std::uint64_t two_digits(double estimate) {
    const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(std::max(1.0, estimate))) - 1));
    return static_cast<std::uint64_t>(std::llround(estimate / unit) * std::llround(unit));
}

}  // namespace halfstep
