// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation_rules.h"

#include "core/allocation/refusals.h"
#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace halfstep {
namespace {

// Tensors that are tied, directly or by way of others, have the same first tensor.
class Groups {
  public:
    explicit Groups(std::size_t tensors) : first_(tensors) { std::iota(first_.begin(), first_.end(), 0U); }

    std::size_t first(std::size_t tensor) const {
        while (first_[tensor] != tensor)
            tensor = first_[tensor];
        return tensor;
    }
    void join(std::size_t a, std::size_t b) {
        const std::size_t x = first(a);
        const std::size_t y = first(b);
        first_[std::max(x, y)] = std::min(x, y);
    }

  private:
    std::vector<std::size_t> first_;
};

class Builder {
  public:
    Builder(const AllocationProblem& problem, const AllocationRules& rules)
        : problem_(problem), rules_(rules), pins_(problem.tensors.size()), limits_(problem.tensors.size()) {}

    AllocationClasses build() {
        gather_pins();
        for (const LeastBits& limit : rules_.limits) {
            const LeastBits*& highest = limits_[limit.tensor];
            if (highest == nullptr || limit.bits_per_weight > highest->bits_per_weight) highest = &limit;
        }
        for (const std::vector<std::size_t>& tensors : groups())
            result_.classes.push_back(build_class(tensors));
        return std::move(result_);
    }

  private:
    const AllocationTensor& tensor(std::size_t index) const { return problem_.tensors[index]; }

    void gather_pins() {
        for (const Pin& pin : rules_.pins) {
            const Pin*& first = pins_[pin.tensor];
            if (first != nullptr && first->scheme != pin.scheme)
                throw Error(fmt::format("pinned to {} ({}) and to {} ({})", to_string(first->scheme),
                                        first->from, to_string(pin.scheme), pin.from),
                            {{}, tensor(pin.tensor).name, {}}, "Take one of the pins away");
            first = &pin;
        }
    }

    std::vector<std::vector<std::size_t>> groups() const {
        Groups joined(problem_.tensors.size());
        for (const Tie& tie : rules_.ties)
            for (const std::size_t other : tie.tensors)
                joined.join(tie.tensors.front(), other);
        std::map<std::size_t, std::vector<std::size_t>> by_first;
        for (std::size_t i = 0; i < problem_.tensors.size(); ++i)
            by_first[joined.first(i)].push_back(i);
        std::vector<std::vector<std::size_t>> groups;
        for (auto& [first, tensors] : by_first)
            groups.push_back(std::move(tensors));
        return groups;
    }

    AllocationClass build_class(const std::vector<std::size_t>& tensors) {
        AllocationClass built;
        built.tensors = tensors;
        for (const std::size_t i : tensors) {
            built.elements += tensor(i).elements;
            built.sensitivity += tensor(i).sensitivity;
        }
        if (const Pin* pin = common_pin(tensors)) {
            built.pinned = true;
            built.options.push_back(pinned_option(tensors, *pin));
            built.may_be_kept = pin->scheme.family == Family::keep;
        } else {
            built.may_be_kept = broken_limit(tensors, Scheme{}) == nullptr;
            built.options = free_options(tensors);
        }
        return built;
    }

    const Pin* common_pin(const std::vector<std::size_t>& tensors) const {
        const Pin* found = nullptr;
        for (const std::size_t i : tensors) {
            const Pin* pin = pins_[i];
            if (pin == nullptr) continue;
            if (found != nullptr && found->scheme != pin->scheme) refuse_apart(*pin, *found);
            found = pin;
        }
        return found;
    }

    [[noreturn]] void refuse_apart(const Pin& pin, const Pin& other) const {
        PinsApart refusal(fmt::format("shares its scheme with '{}' ({}), but the one is pinned to {} ({}) "
                                      "and the other to {} ({})",
                                      tensor(other.tensor).name, tie_of(pin.tensor), to_string(pin.scheme),
                                      pin.from, to_string(other.scheme), other.from),
                          {{}, tensor(pin.tensor).name, {}}, "Take away one of the pins, or the tie");
        refusal.scheme = pin.scheme;
        refusal.other = tensor(other.tensor).name;
        refusal.other_scheme = other.scheme;
        throw refusal;
    }

    std::string tie_of(std::size_t index) const {
        for (const Tie& tie : rules_.ties)
            if (std::ranges::find(tie.tensors, index) != tie.tensors.end()) return tie.from;
        return {};
    }

    AllocationOption pinned_option(const std::vector<std::size_t>& tensors, const Pin& pin) const {
        for (const std::size_t i : tensors)
            if (option(i, pin.scheme) == nullptr)
                throw Error(fmt::format("{} cannot be applied to it, as {} asks for", to_string(pin.scheme),
                                        pin.from),
                            {{}, tensor(i).name, {}}, "Pin it to another scheme");
        const AllocationOption sum = sum_of(tensors, pin.scheme);
        if (const LeastBits* broken = broken_limit(tensors, pin.scheme))
            throw Error(
                fmt::format("pinned to {} of {:.4g} bits a weight ({}), but {} asks for at least {:.4g}",
                            to_string(pin.scheme), bits_per_weight(broken->tensor, pin.scheme), pin.from,
                            broken->from, broken->bits_per_weight),
                {{}, tensor(broken->tensor).name, {}}, "Take away the pin, or the limit");
        return sum;
    }

    std::vector<AllocationOption> free_options(const std::vector<std::size_t>& tensors) {
        std::vector<AllocationOption> options;
        bool some_fit = false;
        for (const Scheme& scheme : rules_.candidates) {
            if (std::ranges::find(options, scheme, &AllocationOption::scheme) != options.end()) continue;
            if (!std::ranges::all_of(tensors, [&](std::size_t i) { return option(i, scheme) != nullptr; }))
                continue;
            some_fit = true;
            if (broken_limit(tensors, scheme) == nullptr) options.push_back(sum_of(tensors, scheme));
        }
        // Quantizing what is quantized already only loses: it may always stay.
        const bool quantized =
            std::ranges::all_of(tensors, [&](std::size_t i) { return tensor(i).quantized; });
        if (quantized && some_fit && broken_limit(tensors, Scheme{}) == nullptr &&
            std::ranges::find(options, Scheme{}, &AllocationOption::scheme) == options.end())
            options.push_back(sum_of(tensors, Scheme{}));
        if (options.empty() && some_fit) refuse_limit(tensors);
        if (!options.empty()) return options;
        for (const std::size_t i : tensors)
            result_.issues.push_back({Severity::warning, tensor(i).name,
                                      tensors.size() == 1
                                          ? "None of the candidates can be applied: it is kept."
                                          : "None of the candidates can be applied to all "
                                            "tensors that share its scheme: they are kept."});
        return {sum_of(tensors, Scheme{})};
    }

    [[noreturn]] void refuse_limit(const std::vector<std::size_t>& tensors) const {
        const LeastBits* limit = nullptr;
        for (const std::size_t i : tensors)
            if (limits_[i] != nullptr &&
                (limit == nullptr || limits_[i]->bits_per_weight > limit->bits_per_weight))
                limit = limits_[i];
        LimitOutOfReach refusal(
            fmt::format("none of the candidates gives it the {:.4g} bits a weight that {} asks for",
                        limit->bits_per_weight, limit->from),
            {{}, tensor(limit->tensor).name, {}}, "Add a candidate of more bits, such as int8 or keep");
        refusal.bits_per_weight = limit->bits_per_weight;
        throw refusal;
    }

    // keep is always possible.
    const AllocationOption* option(std::size_t index, const Scheme& scheme) const {
        return scheme.family == Family::keep ? &tensor(index).kept : tensor(index).find(scheme);
    }

    double bits_per_weight(std::size_t index, const Scheme& scheme) const {
        return static_cast<double>(option(index, scheme)->bits) / static_cast<double>(tensor(index).elements);
    }

    const LeastBits* broken_limit(const std::vector<std::size_t>& tensors, const Scheme& scheme) const {
        for (const std::size_t i : tensors)
            if (limits_[i] != nullptr && bits_per_weight(i, scheme) < limits_[i]->bits_per_weight)
                return limits_[i];
        return nullptr;
    }

    AllocationOption sum_of(const std::vector<std::size_t>& tensors, const Scheme& scheme) const {
        AllocationOption sum{.scheme = scheme};
        for (const std::size_t i : tensors) {
            const AllocationOption& own = *option(i, scheme);
            sum.bits += own.bits;
            sum.bytes += own.bytes;
            sum.loss += own.loss;
        }
        return sum;
    }

    const AllocationProblem& problem_;
    const AllocationRules& rules_;
    std::vector<const Pin*> pins_;          // of each tensor
    std::vector<const LeastBits*> limits_;  // the highest of each tensor
    AllocationClasses result_;
};

// The tensors of each block that have one of these roles, where there are several.
void tie_in_blocks(const AllocationProblem& problem, std::initializer_list<Role> roles, std::string_view from,
                   std::vector<Tie>& ties) {
    // By the module that holds them ("blk.3", "model.layers.3.mlp.experts.7"): experts stay apart.
    std::map<std::string, Tie> by_module;
    for (std::size_t i = 0; i < problem.tensors.size(); ++i) {
        const AllocationTensor& tensor = problem.tensors[i];
        if (!tensor.block || std::ranges::find(roles, tensor.role) == roles.end()) continue;
        const std::size_t last = tensor.name.rfind('.');
        const std::size_t dot =
            last == std::string::npos || last == 0 ? last : tensor.name.rfind('.', last - 1);
        if (dot != std::string::npos) by_module[tensor.name.substr(0, dot)].tensors.push_back(i);
    }
    for (auto& [module, tie] : by_module) {
        if (tie.tensors.size() < 2) continue;
        tie.from = from;
        ties.push_back(std::move(tie));
    }
}

}  // namespace

AllocationClasses allocation_classes(const AllocationProblem& problem, const AllocationRules& rules) {
    return Builder(problem, rules).build();
}

std::vector<Tie> fused_ties(const AllocationProblem& problem) {
    std::vector<Tie> ties;
    tie_in_blocks(problem, {Role::attention_q, Role::attention_k, Role::attention_v},
                  "queries, keys and values are tied", ties);
    tie_in_blocks(problem, {Role::ffn_gate, Role::ffn_up}, "gate and up are tied", ties);
    return ties;
}

std::vector<Tie> embedding_ties(const AllocationProblem& problem) {
    Tie tie{{}, "embeddings and output head are tied"};
    for (std::size_t i = 0; i < problem.tensors.size(); ++i)
        if (problem.tensors[i].role == Role::token_embedding || problem.tensors[i].role == Role::output_head)
            tie.tensors.push_back(i);
    if (tie.tensors.size() < 2) return {};
    return {tie};
}

std::vector<LeastBits> sensitive_layers_limit(const AllocationProblem& problem, double bits_per_weight) {
    std::optional<int> first;
    std::optional<int> last;
    for (const AllocationTensor& tensor : problem.tensors) {
        if (!tensor.block) continue;
        first = first ? std::min(*first, *tensor.block) : *tensor.block;
        last = last ? std::max(*last, *tensor.block) : *tensor.block;
    }
    std::vector<LeastBits> limits;
    for (std::size_t i = 0; i < problem.tensors.size(); ++i) {
        const AllocationTensor& tensor = problem.tensors[i];
        const bool at_an_end = tensor.role == Role::token_embedding ||
                               tensor.role == Role::position_embedding || tensor.role == Role::output_head;
        if (at_an_end || (tensor.block && (tensor.block == first || tensor.block == last)))
            limits.push_back({i, bits_per_weight, "the limit for embeddings, head, first and last block"});
    }
    return limits;
}

}  // namespace halfstep
