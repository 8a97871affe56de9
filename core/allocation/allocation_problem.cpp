// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation_problem.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace halfstep {
namespace {

using ByTensor = std::unordered_map<std::string_view, std::vector<const Measurement*>>;

AllocationOption kept_option(const TensorInfo& tensor) {
    return {Scheme{}, tensor.bytes * 8, tensor.bytes, 0};
}

AllocationOption option_of(const Measurement& measurement, const AllocationTensor& tensor, bool weighted) {
    const double bits = measurement.bits_per_weight * static_cast<double>(tensor.elements);
    return {measurement.scheme, static_cast<std::uint64_t>(std::llround(bits)), measurement.bytes,
            tensor.sensitivity * squared_error(measurement, weighted)};
}

void add_options(AllocationTensor& tensor, std::span<const Scheme> schemes,
                 const std::vector<const Measurement*>& measurements, bool weighted) {
    for (const Scheme& scheme : schemes) {
        if (tensor.find(scheme) != nullptr) continue;
        if (scheme.family == Family::keep) {
            tensor.options.push_back(tensor.kept);
            continue;
        }
        const auto found = std::ranges::find_if(
            measurements, [&](const Measurement* measurement) { return measurement->scheme == scheme; });
        if (found != measurements.end() && (*found)->refused.empty())
            tensor.options.push_back(option_of(**found, tensor, weighted));
    }
}

}  // namespace

const AllocationOption* AllocationTensor::find(const Scheme& scheme) const {
    const auto found = std::ranges::find(options, scheme, &AllocationOption::scheme);
    return found == options.end() ? nullptr : &*found;
}

std::uint64_t AllocationProblem::elements() const {
    std::uint64_t sum = 0;
    for (const AllocationTensor& tensor : tensors)
        sum += tensor.elements;
    return sum;
}

double squared_error(const Measurement& measurement, bool weighted) {
    const auto own = weighted ? measurement.weighted_rel_error() : std::nullopt;
    const double error = own ? *own : rel_error(measurement.sums).value_or(0);
    return error * error;
}

AllocationProblem allocation_problem(const Model& model, std::span<const Scheme> schemes,
                                     std::span<const TensorMeasurement> measurements,
                                     std::span<const double> sensitivities, bool weighted) {
    ByTensor by_tensor;
    for (const TensorMeasurement& tensor : measurements)
        for (const Measurement& result : tensor.results)
            by_tensor[tensor.tensor].push_back(&result);

    AllocationProblem problem;
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        const TensorInfo& tensor = model.tensors()[i];
        if (!tensor.quantizable) {
            problem.other_bits += tensor.bytes * 8;
            problem.other_bytes += tensor.bytes;
            problem.other_elements += tensor.elements;
            continue;
        }
        const double sensitivity = sensitivities.empty() ? 1 : sensitivities[i];
        AllocationTensor added{tensor.name, tensor.role,         tensor.block,       tensor.elements,
                               sensitivity, kept_option(tensor), tensor.quantized(), {}};
        add_options(added, schemes, by_tensor[tensor.name], weighted);
        problem.tensors.push_back(std::move(added));
    }
    return problem;
}

}  // namespace halfstep
