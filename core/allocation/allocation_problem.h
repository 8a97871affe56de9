// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"
#include "core/quantize/measurement.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// What one scheme would do to a tensor, or to several that share it.
struct AllocationOption {
    Scheme scheme;
    std::uint64_t bits = 0;   // stored
    std::uint64_t bytes = 0;  // stored: each tensor's bits rounded up to bytes
    double loss = 0;          // Σ sensitivity·rel_error²
};

// A tensor that a scheme is to be chosen for.
struct AllocationTensor {
    std::string name;
    Role role = Role::other;
    std::optional<int> block;
    std::uint64_t elements = 0;
    double sensitivity = 1;
    AllocationOption kept;                  // as it is stored now
    bool quantized = false;                 // as it is stored: keep is a choice then
    std::vector<AllocationOption> options;  // the schemes that can be applied to it, none twice

    const AllocationOption* find(const Scheme& scheme) const;  // null where it cannot be applied
};

// The tensors of a model that something is to be chosen for, and what the rest takes.
struct AllocationProblem {
    std::vector<AllocationTensor> tensors;  // in model order
    std::uint64_t other_bits = 0;           // of all other tensors, as they are stored
    std::uint64_t other_bytes = 0;
    std::uint64_t other_elements = 0;

    std::uint64_t elements() const;  // of `tensors`
};

// Which error counts: rel_error², or where importance is known and `weighted` is asked for, its weighted
// form. A tensor without any value but 0 has no error.
double squared_error(const Measurement& measurement, bool weighted);

// The quantizable tensors with all that was measured of them for these schemes; keep needs no measurement.
// Sensitivities: one for each tensor of the model, in its order, or none at all (1).
AllocationProblem allocation_problem(const Model& model, std::span<const Scheme> schemes,
                                     std::span<const TensorMeasurement> measurements,
                                     std::span<const double> sensitivities = {}, bool weighted = false);

}  // namespace halfstep
