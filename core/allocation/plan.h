// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// One scheme for every tensor of a model. Tensors that are not named are kept.
struct Plan {
    struct Entry {
        std::string tensor;
        Scheme scheme;
        bool locked = false;  // not to be changed by an allocation
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    std::string model_name;      // file or folder name of the model, for people
    std::string fingerprint;     // model_fingerprint() of the model it was made for
    std::vector<Entry> entries;  // in model order

    const Scheme* find(std::string_view tensor) const;
    friend bool operator==(const Plan&, const Plan&) = default;
};

// Names, types, shapes and positions of all tensors, hashed (64-bit FNV-1a, 16 hex digits): the same for the
// same files wherever they lie.
std::string model_fingerprint(const Model& model);

// `scheme` for every quantizable tensor, keep for the rest.
Plan uniform_plan(const Model& model, const Scheme& scheme);

// Stored bits of one tensor under a scheme; as it is stored now where that is keep or cannot be applied.
std::uint64_t planned_bits(const TensorInfo& tensor, const Scheme& scheme);

struct PlanCost {
    std::uint64_t bytes = 0;     // of all tensors, kept ones as stored
    double bits_per_weight = 0;  // of all tensors
    std::uint64_t quantizable_bytes = 0;
    double quantizable_bits_per_weight = 0;  // over the quantizable tensors
};
PlanCost plan_cost(const Model& model, const Plan& plan);

// JSON: {"halfstep_plan":1,"model":..,"fingerprint":..,"tensors":{NAME:"SCHEME"},"locked":[NAME]}; "locked"
// is missing where nothing is.
std::string plan_to_json(const Plan& plan);
Plan plan_from_json(std::string_view text, std::string_view file_for_errors);
void save_plan(const Plan& plan, const std::filesystem::path& path);  // atomically
Plan load_plan(const std::filesystem::path& path);

// What does not fit between a plan and a model: unknown tensors, other fingerprint, schemes not applicable.
std::vector<Issue> check_plan(const Model& model, const Plan& plan);

}  // namespace halfstep
