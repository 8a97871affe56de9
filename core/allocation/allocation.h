// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_rules.h"
#include "core/allocation/allocation_steps.h"
#include "core/allocation/knapsack.h"
#include "core/allocation/plan.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace halfstep {

// What a plan may cost.
struct Budget {
    enum class Of {
        bits_per_weight,  // mean over the tensors that are chosen for
        bytes,            // of the whole model, tensors that are kept included
        loss,             // the other way round: the fewest bits with which the loss is at most the limit
    };
    Of of = Of::bits_per_weight;
    double limit = 0;

    friend bool operator==(const Budget&, const Budget&) = default;
};

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

    // The corners of the Pareto front's convex hull, from the smallest plan to the most exact.
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
    double capacity(const Budget& budget) const;
    AllocationSteps steps(Budget::Of of) const;
    const Knapsack& knapsack(Budget::Of of) const;
    AllocationChoice sum_up(std::vector<std::uint32_t> chosen) const;
    bool fits(const AllocationChoice& choice, const Budget& budget) const;
    AllocationChoice uniform(const Scheme& scheme) const;
    [[noreturn]] void refuse(const Budget& budget) const;

    AllocationProblem problem_;
    std::vector<AllocationClass> classes_;
    std::vector<Issue> issues_;
    std::vector<UniformChoice> uniform_;
    std::vector<std::size_t> class_of_;  // of each tensor
    Knapsack by_bits_;
    Knapsack by_bytes_;
    Knapsack by_loss_;
};

}  // namespace halfstep
