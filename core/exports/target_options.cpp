// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/target_options.h"

#include "core/base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

bool quantizes(const Scheme& scheme) {
    return scheme.family != Family::keep && scheme.family != Family::floating;
}

// Why a target would not store tensors of a problem in schemes. Tensors of the same role, shape and type are
// stored alike.
class Reasons {
  public:
    Reasons(const ExportTarget& target, const Model& model) : target_(target), model_(model) {}

    const std::string& of(const std::string& name, const Scheme& scheme) {
        const TensorInfo& tensor = *model_.find(name);
        const std::string key =
            fmt::format("{} {} {} {} {}", role_name(tensor.role), fmt::join(tensor.shape, "x"),
                        tensor.dtype_name, tensor.block.has_value(), to_string(scheme));
        const auto [place, added] = known_.try_emplace(key);
        if (added) place->second = target_.why_not_for(model_, tensor, scheme);
        return place->second;
    }

  private:
    const ExportTarget& target_;
    const Model& model_;
    std::unordered_map<std::string, std::string> known_;
};

// What is left out for one reason.
struct Left {
    std::vector<std::string> schemes;
    std::set<std::string> tensors;
    std::string first;

    void add(const std::string& scheme, const std::string& tensor) {
        if (tensors.empty()) first = tensor;
        tensors.insert(tensor);
        if (std::ranges::find(schemes, scheme) == schemes.end()) schemes.push_back(scheme);
    }
};

void refuse_pins(const ExportTarget& target, const Model& model, const AllocationProblem& problem,
                 const AllocationRules& rules) {
    Reasons reasons(target, model);
    for (const Pin& pin : rules.pins) {
        const std::string& tensor = problem.tensors[pin.tensor].name;
        if (const std::string& reason = reasons.of(tensor, pin.scheme); !reason.empty())
            throw Error(fmt::format("{} cannot hold it in {}, as {} asks for: {}", target.name(),
                                    to_string(pin.scheme), pin.from, reason),
                        {{}, tensor, {}}, "Take another scheme or keep for it, or another target");
    }
}

// The schemes that candidates and pins name, each once, in sets of those that go together.
std::vector<std::vector<Scheme>> sets_of(const ExportTarget& target, const AllocationRules& rules) {
    std::vector<Scheme> schemes = rules.candidates;
    for (const Pin& pin : rules.pins)
        schemes.push_back(pin.scheme);
    std::vector<std::vector<Scheme>> sets;
    for (const Scheme& scheme : schemes) {
        if (!quantizes(scheme)) continue;
        const auto set = std::ranges::find_if(sets, [&](const std::vector<Scheme>& of) {
            return target.why_not_together(of.front(), scheme).empty();
        });
        if (set == sets.end())
            sets.push_back({scheme});
        else if (std::ranges::find(*set, scheme) == set->end())
            set->push_back(scheme);
    }
    for (const Scheme& scheme : schemes)
        for (std::vector<Scheme>& set : sets)
            if (scheme.family == Family::floating && std::ranges::find(set, scheme) == set.end())
                set.push_back(scheme);
    return sets;
}

// Those of the tensors that are not kept anyway.
Tie tie_of(const ExportTarget::SharedSetting& setting, const ExportTarget& target,
           const AllocationProblem& problem, const AllocationRules& rules) {
    Tie tie{{}, fmt::format("{} has one setting for {}", target.name(), setting.what)};
    const std::set<std::string> shared(setting.tensors.begin(), setting.tensors.end());
    for (std::size_t i = 0; i < problem.tensors.size(); ++i) {
        const AllocationTensor& tensor = problem.tensors[i];
        const bool kept = std::ranges::any_of(
            rules.pins, [i](const Pin& pin) { return pin.tensor == i && pin.scheme.family == Family::keep; });
        const bool some = std::ranges::any_of(
            tensor.options, [](const AllocationOption& option) { return quantizes(option.scheme); });
        if (!kept && some && shared.contains(tensor.name)) tie.tensors.push_back(i);
    }
    return tie;
}

}  // namespace

std::vector<Scheme> target_candidates(const ExportTarget& target) {
    std::vector<Scheme> candidates;
    for (const Scheme& format : all_formats())
        if (format.family != Family::floating && (format.family != Family::keep || target.may_keep()))
            if (const auto carried = carried_scheme(target, format)) candidates.push_back(*carried);
    return candidates;
}

void check_candidates(const ExportTarget& target, std::span<const Scheme> candidates) {
    for (const Scheme& scheme : candidates)
        if (const std::string reason = target.why_not(scheme); !reason.empty())
            throw Error(
                fmt::format("{} cannot hold the candidate {}: {}", target.name(), to_string(scheme), reason),
                {}, "Leave it out, or choose another target");
}

std::vector<std::string> leave_to_target(const ExportTarget& target, const Model& model,
                                         AllocationProblem& problem) {
    Reasons reasons(target, model);
    std::map<std::string, Left> left;  // by reason
    for (AllocationTensor& of : problem.tensors)
        std::erase_if(of.options, [&](const AllocationOption& option) {
            const std::string& reason = reasons.of(of.name, option.scheme);
            if (!reason.empty()) left[reason].add(to_string(option.scheme), of.name);
            return !reason.empty();
        });
    std::vector<std::string> notes;
    for (const auto& [reason, of] : left)
        notes.push_back(fmt::format(
            "{} is not given {} for '{}'{}: {}", target.name(), fmt::join(of.schemes, ", "), of.first,
            of.tensors.size() == 1 ? "" : fmt::format(" and {} more", of.tensors.size() - 1), reason));
    return notes;
}

std::string add_target_rules(const ExportTarget& target, const Model& model, const AllocationProblem& problem,
                             AllocationRules& rules) {
    refuse_pins(target, model, problem, rules);
    std::string among;
    if (auto sets = sets_of(target, rules); sets.size() > 1) {
        rules.together = {std::move(sets), std::string(target.name())};
        among = fmt::format("plans of schemes that go together in {}", target.name());
    }
    for (const ExportTarget::SharedSetting& setting : target.shared_settings(model))
        if (Tie tie = tie_of(setting, target, problem, rules); tie.tensors.size() > 1) {
            rules.ties.push_back(std::move(tie));
            among = fmt::format("plans with one scheme for all tensors that share a setting of {}",
                                target.name());
        }
    return among;
}

void check_for_target(const ExportTarget& target, const Model& model, const Plan& plan) {
    try {
        target.check({model, plan, {}});
    } catch (const Error& error) {
        throw Error(fmt::format("the best plan is none that {} takes: {}", target.name(), error.what()), {},
                    "Choose candidates that go together there, or another target");
    }
}

}  // namespace halfstep
