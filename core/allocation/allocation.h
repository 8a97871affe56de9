// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_part.h"
#include "core/allocation/allocation_rules.h"
#include "core/allocation/budget.h"
#include "core/allocation/plan.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace halfstep {

// One way to choose.
struct AllocationChoice {
    std::vector<std::uint32_t> chosen;  // an option of each class
    std::uint64_t bits = 0;             // of the tensors that are chosen for
    std::uint64_t bytes = 0;            // of the whole model
    double bits_per_weight = 0;         // over the tensors that are chosen for
    double loss = 0;                    // the objective: Σ sensitivity·rel_error²
};

struct BestChoice : AllocationChoice {
    // No choice within the budget has a smaller loss (of a loss limit: fewer bits). Equal to the objective
    // where it was proven to be the best.
    double lower_bound = 0;
    // (objective − lower_bound)/objective; 0 where the objective is 0.
    double gap = 0;
    bool proven() const { return gap == 0; }
};

// A uniform choice: the same scheme wherever it can be applied and no pin, limit or tie says otherwise.
struct UniformChoice {
    Scheme scheme;
    AllocationChoice choice;
};

// Chooses schemes for all tensors of a model under rules and a budget. Prepared once; every budget is solved
// from there, so that a budget can be dragged.
class Allocation {
  public:
    // Throws Error where the rules contradict each other.
    Allocation(AllocationProblem problem, const AllocationRules& rules);

    const AllocationProblem& problem() const { return problem_; }
    const std::vector<AllocationClass>& classes() const { return classes_; }
    const std::vector<Issue>& issues() const { return issues_; }  // tensors that no candidate suits

    // Of all choices within the budget the one of the least loss, by exact search (see Knapsack). Throws
    // Error where even the smallest plan is beyond the budget: the message says what it takes.
    BestChoice best(const Budget& budget, const KnapsackLimits& limits = {}) const;

    // What others do, for comparison; none where that finds nothing within the budget. Not for loss limits.
    // The candidate of the least loss that fits if all tensors get it.
    std::optional<UniformChoice> best_uniform(const Budget& budget) const;
    // From the smallest plan on, always the step that gains most loss for its bits and still fits.
    std::optional<AllocationChoice> greedy(const Budget& budget) const;
    // b = ½·log2(α·σ²/λ), reverse water-filling (Cover and Thomas, Elements of Information Theory, 10.3.3):
    // with the error of a tensor of n weights falling as sensitivity·2^(−2b), b = ½·log2((sensitivity/n)/λ).
    // Limited to the bits that there are, rounded to the nearest candidate, and brought within the budget by
    // the steps that lose least; what is left is filled by those that gain most.
    std::optional<AllocationChoice> closed_form(const Budget& budget) const;

    const std::vector<UniformChoice>& uniform_choices() const { return uniform_; }  // one for each candidate

    // The corners of the Pareto front's convex hull, from the smallest plan to the most exact. Of schemes
    // that do not all go together, the lowest of the hulls: where another set of them begins, it falls at
    // once.
    struct Point {
        double bits_per_weight = 0;
        std::uint64_t bytes = 0;
        double loss = 0;
    };
    std::vector<Point> front() const;

    AllocationChoice smallest() const;
    AllocationChoice most_exact() const;  // of the plans of the least loss the smallest

    const Scheme& scheme(const AllocationChoice& choice, std::size_t tensor) const;
    // With tensors that nothing was chosen for kept.
    Plan plan(const Model& model, const AllocationChoice& choice) const;

  private:
    using PartChoice = std::vector<std::uint32_t>;  // options of a part

    void add_uniform_choices(const std::vector<Scheme>& candidates);
    double capacity(const Budget& budget) const;
    AllocationChoice sum_up(std::vector<std::uint32_t> chosen) const;
    BestChoice best_of(const AllocationPart& part, const KnapsackSolution& solution, Budget::Of of) const;
    bool fits(const AllocationChoice& choice, const Budget& budget) const;
    AllocationChoice uniform(const AllocationPart& part, const Scheme& scheme) const;
    PartChoice rounded_closed_form(const AllocationPart& part, const Budget& budget) const;
    // Of what is chosen in each of the parts, what fits and loses least; none where nothing fits.
    std::optional<AllocationChoice> best_of_parts(
        const Budget& budget, const std::function<PartChoice(const AllocationPart&)>& choose) const;
    [[noreturn]] void refuse(const Budget& budget) const;

    AllocationProblem problem_;
    std::vector<AllocationClass> classes_;
    std::vector<Issue> issues_;
    std::vector<UniformChoice> uniform_;
    std::vector<std::size_t> class_of_;  // of each tensor
    std::vector<AllocationPart> parts_;  // one for each set of schemes that go together
};

}  // namespace halfstep
