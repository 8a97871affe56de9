// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/device.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace halfstep {
namespace {

constexpr double reference_product = 16.0 * 16.0;

// Bits of a code as a matrix product sees it: those that are stored, without scales.
int code_bits(const TensorInfo& tensor, const Scheme& scheme) {
    if (scheme.bits > 0) return scheme.bits;
    const double stored = tensor.elements == 0 ? 0
                                               : static_cast<double>(planned_bits(tensor, scheme)) /
                                                     static_cast<double>(tensor.elements);
    return std::max(1, static_cast<int>(std::floor(stored)));
}

double product_of(const Device& device, int bits) {
    const auto product = [](const Device::Compute& compute) {
        return static_cast<double>(compute.weight_bits * compute.activation_bits);
    };
    std::optional<double> cheapest;
    double widest = 0;
    for (const Device::Compute& compute : device.computes) {
        widest = std::max(widest, product(compute));
        if (compute.weight_bits >= bits)
            cheapest = std::min(cheapest.value_or(product(compute)), product(compute));
    }
    return cheapest.value_or(widest);
}

}  // namespace

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
        products += count * product_of(device, code_bits(tensor, scheme));
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
