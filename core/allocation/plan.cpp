// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace halfstep {
namespace {

// 64-bit Fowler-Noll-Vo 1a. Numbers go in as 8 little-endian bytes, texts behind their length, so that no two
// descriptions run together.
class Fnv1a {
  public:
    void add(std::uint64_t number) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            add_byte(static_cast<std::uint8_t>(number >> shift));
    }
    void add(std::string_view text) {
        add(static_cast<std::uint64_t>(text.size()));
        for (const char character : text)
            add_byte(static_cast<std::uint8_t>(character));
    }
    std::uint64_t value() const { return hash_; }

  private:
    void add_byte(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3U; }

    std::uint64_t hash_ = 0xcbf29ce484222325U;
};

std::string display_name(const std::filesystem::path& path) {
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(path, error);
    const auto& best = error ? path : whole;
    return best.has_filename() ? best.filename().string() : best.parent_path().filename().string();
}

std::unordered_map<std::string_view, const Scheme*> by_name(const Plan& plan) {
    std::unordered_map<std::string_view, const Scheme*> schemes;
    schemes.reserve(plan.entries.size());
    for (const Plan::Entry& entry : plan.entries)
        schemes.emplace(entry.tensor, &entry.scheme);
    return schemes;
}

// Why the plan's scheme for a tensor cannot be carried out; empty where it can.
std::string why_not(const TensorInfo& tensor, const Scheme& scheme) {
    if (scheme.family == Family::keep) return {};
    if (!tensor.measurable())
        return fmt::format("its type {} cannot be quantized, only kept", tensor.dtype_name);
    return why_not_applicable(scheme, matrix_shape(tensor).inputs);
}

double ratio(std::uint64_t bits, std::uint64_t elements) {
    return elements == 0 ? 0.0 : static_cast<double>(bits) / static_cast<double>(elements);
}

}  // namespace

const Scheme* Plan::find(std::string_view tensor) const {
    const auto found = std::ranges::find(entries, tensor, &Entry::tensor);
    return found == entries.end() ? nullptr : &found->scheme;
}

std::string model_fingerprint(const Model& model) {
    Fnv1a hash;
    for (const TensorInfo& tensor : model.tensors()) {
        hash.add(tensor.name);
        hash.add(tensor.dtype_name);
        hash.add(static_cast<std::uint64_t>(tensor.shape.size()));
        for (const std::int64_t extent : tensor.shape)
            hash.add(static_cast<std::uint64_t>(extent));
        hash.add(static_cast<std::uint64_t>(tensor.file));
        hash.add(tensor.file_offset);
    }
    return fmt::format("{:016x}", hash.value());
}

Plan uniform_plan(const Model& model, const Scheme& scheme) {
    Plan plan{display_name(model.path()), model_fingerprint(model), {}};
    plan.entries.reserve(model.tensors().size());
    for (const TensorInfo& tensor : model.tensors())
        plan.entries.push_back({tensor.name, tensor.quantizable ? scheme : Scheme{}});
    return plan;
}

std::uint64_t planned_bits(const TensorInfo& tensor, const Scheme& scheme) {
    if (scheme.family == Family::keep || !why_not(tensor, scheme).empty()) return tensor.bytes * 8;
    const MatrixShape matrix = matrix_shape(tensor);
    return stored_bits(scheme, matrix.channels, matrix.inputs, tensor.dtype);
}

PlanCost plan_cost(const Model& model, const Plan& plan) {
    const auto schemes = by_name(plan);
    PlanCost cost;
    std::uint64_t bits_of_all = 0;
    std::uint64_t bits_of_quantizable = 0;
    std::uint64_t quantizable_elements = 0;
    for (const TensorInfo& tensor : model.tensors()) {
        const auto found = schemes.find(tensor.name);
        const std::uint64_t bits = planned_bits(tensor, found == schemes.end() ? Scheme{} : *found->second);
        const std::uint64_t bytes = bits / 8 + (bits % 8 != 0 ? 1 : 0);
        cost.bytes += bytes;
        bits_of_all += bits;
        if (!tensor.quantizable) continue;
        cost.quantizable_bytes += bytes;
        bits_of_quantizable += bits;
        quantizable_elements += tensor.elements;
    }
    cost.bits_per_weight = ratio(bits_of_all, model.parameters());
    cost.quantizable_bits_per_weight = ratio(bits_of_quantizable, quantizable_elements);
    return cost;
}

std::vector<Issue> check_plan(const Model& model, const Plan& plan) {
    std::vector<Issue> issues;
    if (!plan.fingerprint.empty() && plan.fingerprint != model_fingerprint(model))
        issues.push_back({Severity::warning,
                          {},
                          fmt::format("The plan was made for another model ({}): check that its choices "
                                      "are meant for this one.",
                                      plan.model_name.empty() ? "not named" : plan.model_name)});

    std::unordered_map<std::string_view, const TensorInfo*> tensors;
    tensors.reserve(model.tensors().size());
    for (const TensorInfo& tensor : model.tensors())
        tensors.emplace(tensor.name, &tensor);

    std::unordered_set<std::string_view> planned;
    for (const Plan::Entry& entry : plan.entries) {
        if (!planned.insert(entry.tensor).second) {
            issues.push_back({Severity::error, entry.tensor, "The plan names this tensor twice."});
            continue;
        }
        const auto found = tensors.find(entry.tensor);
        if (found == tensors.end()) {
            issues.push_back(
                {Severity::error, entry.tensor, "The plan names this tensor, but the model has none such."});
            continue;
        }
        const std::string reason = why_not(*found->second, entry.scheme);
        if (!reason.empty())
            issues.push_back({Severity::error, entry.tensor,
                              fmt::format("{} cannot be applied: {}", to_string(entry.scheme), reason)});
    }
    return issues;
}

}  // namespace halfstep
