// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation.h"

#include "core/allocation/refusals.h"
#include "core/base/error.h"
#include "core/base/figure_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace halfstep {
namespace {

// Sums of losses are rounded; a limit that was taken from a printed or computed sum is still kept.
constexpr double loss_slack = 1e-12;

constexpr double mean_slack = 4 * std::numeric_limits<double>::epsilon();

double objective_of(const AllocationChoice& choice, Budget::Of of) {
    return of == Budget::Of::loss ? static_cast<double>(choice.bits) : choice.loss;
}

}  // namespace

Allocation::Allocation(AllocationProblem problem, const AllocationRules& rules)
    : problem_(std::move(problem)), class_of_(problem_.tensors.size()) {
    AllocationClasses built = allocation_classes(problem_, rules);
    classes_ = std::move(built.classes);
    issues_ = std::move(built.issues);
    for (std::size_t i = 0; i < classes_.size(); ++i)
        for (const std::size_t tensor : classes_[i].tensors)
            class_of_[tensor] = i;
    for (OptionSet& set : option_sets(problem_, rules, classes_))
        parts_.emplace_back(classes_, std::move(set));
    add_uniform_choices(rules.candidates);
}

void Allocation::add_uniform_choices(const std::vector<Scheme>& candidates) {
    const auto takes = [](const AllocationPart& part, const Scheme& scheme) {
        return std::ranges::any_of(part.classes(), [&](const AllocationClass& of) {
            return std::ranges::find(of.options, scheme, &AllocationOption::scheme) != of.options.end();
        });
    };
    for (const Scheme& scheme : candidates) {
        if (std::ranges::find(uniform_, scheme, &UniformChoice::scheme) != uniform_.end()) continue;
        const auto part =
            std::ranges::find_if(parts_, [&](const AllocationPart& of) { return takes(of, scheme); });
        if (part != parts_.end())
            uniform_.push_back({scheme, uniform(*part, scheme)});
        else if (!issues_.empty() || !classes_.empty())
            issues_.push_back(
                {Severity::note, {}, fmt::format("No tensor can take the candidate {}.", to_string(scheme))});
    }
}

double Allocation::capacity(const Budget& budget) const {
    switch (budget.of) {
        case Budget::Of::bits_per_weight:
            // A mean that was computed from whole bits names them again, whatever the division rounded.
            return std::floor(budget.limit * static_cast<double>(problem_.elements()) * (1 + mean_slack));
        case Budget::Of::bytes:
            return std::floor(budget.limit) - static_cast<double>(problem_.other_bytes);
        case Budget::Of::loss:
            break;
    }
    return budget.limit * (1 + loss_slack);
}

AllocationChoice Allocation::sum_up(std::vector<std::uint32_t> chosen) const {
    AllocationChoice choice{.chosen = std::move(chosen), .bytes = problem_.other_bytes};
    for (std::size_t i = 0; i < classes_.size(); ++i) {
        const AllocationOption& option = classes_[i].options[choice.chosen[i]];
        choice.bits += option.bits;
        choice.bytes += option.bytes;
        choice.loss += option.loss;
    }
    const std::uint64_t elements = problem_.elements();
    if (elements > 0)
        choice.bits_per_weight = static_cast<double>(choice.bits) / static_cast<double>(elements);
    return choice;
}

BestChoice Allocation::best_of(const AllocationPart& part, const KnapsackSolution& solution,
                               Budget::Of of) const {
    BestChoice best{sum_up(part.among_all(solution.chosen))};
    best.lower_bound = objective_of(best, of);
    if (!solution.proven()) best.lower_bound = std::min(best.lower_bound, solution.bound);
    return best;
}

BestChoice Allocation::best(const Budget& budget, const KnapsackLimits& limits) const {
    KnapsackLimits each = limits;
    each.time /= static_cast<std::int64_t>(parts_.size());
    std::optional<BestChoice> best;
    for (const AllocationPart& part : parts_) {
        const auto solution = part.knapsack(budget.of).solve(capacity(budget), each);
        if (!solution) continue;
        const BestChoice found = best_of(part, *solution, budget.of);
        const double bound = best ? std::min(best->lower_bound, found.lower_bound) : found.lower_bound;
        if (!best || objective_of(found, budget.of) < objective_of(*best, budget.of)) best = found;
        best->lower_bound = bound;
    }
    if (!best) refuse(budget);
    const double objective = objective_of(*best, budget.of);
    best->gap = objective > 0 ? (objective - best->lower_bound) / objective : 0;
    return *best;
}

void Allocation::refuse(const Budget& budget) const {
    const AllocationChoice least = smallest();
    if (budget.of == Budget::Of::loss) {
        const AllocationChoice exact = most_exact();
        throw Error(fmt::format("no plan has an error of at most {}: the most exact one that the candidates "
                                "and rules allow has {} (at {:.4g} bits a weight)",
                                short_number(budget.limit), short_number(exact.loss), exact.bits_per_weight),
                    {}, "Allow a larger error, or add candidates of more bits");
    }
    const bool bytes = budget.of == Budget::Of::bytes;
    const std::string wanted =
        bytes ? fmt::format("{} bytes", count_text(static_cast<std::uint64_t>(std::max(0.0, budget.limit))))
              : fmt::format("{:.6g} bits a weight", budget.limit);
    const std::string needed = bytes ? fmt::format("{} bytes", count_text(least.bytes))
                                     : fmt::format("{:.6g} bits a weight", least.bits_per_weight);
    std::string kept;
    for (const Issue& issue : issues_)
        if (!issue.tensor.empty() && kept.empty())
            kept = fmt::format("; no candidate can be applied to '{}' and what else is kept", issue.tensor);
    BudgetTooSmall refusal(
        fmt::format("no plan fits into {}: the smallest one that the candidates and rules allow takes {}"
                    " ({} with everything that is kept){}",
                    wanted, needed, size_text(least.bytes), kept),
        {}, "Raise the budget, add candidates of fewer bits, or take away pins and limits");
    refusal.least_bits_per_weight = least.bits_per_weight;
    refusal.least_bytes = least.bytes;
    throw refusal;
}

AllocationChoice Allocation::smallest() const {
    std::vector<AllocationChoice> choices;
    for (const AllocationPart& part : parts_)
        choices.push_back(sum_up(part.among_all(part.smallest())));
    return std::ranges::min(choices, {},
                            [](const AllocationChoice& of) { return std::pair(of.bits, of.loss); });
}

AllocationChoice Allocation::most_exact() const {
    std::vector<AllocationChoice> choices;
    for (const AllocationPart& part : parts_)
        choices.push_back(sum_up(part.among_all(part.most_exact())));
    return std::ranges::min(choices, {},
                            [](const AllocationChoice& of) { return std::pair(of.loss, of.bits); });
}

const Scheme& Allocation::scheme(const AllocationChoice& choice, std::size_t tensor) const {
    const std::size_t of = class_of_[tensor];
    return classes_[of].options[choice.chosen[of]].scheme;
}

Plan Allocation::plan(const Model& model, const AllocationChoice& choice) const {
    Plan plan = uniform_plan(model, Scheme{});
    std::size_t next = 0;
    for (Plan::Entry& entry : plan.entries)
        if (next < problem_.tensors.size() && entry.tensor == problem_.tensors[next].name)
            entry.scheme = scheme(choice, next++);
    return plan;
}

}  // namespace halfstep
