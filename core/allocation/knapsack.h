// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace halfstep {

// One of the options of a class: both figures finite and not negative.
struct KnapsackOption {
    double weight = 0;
    double value = 0;
};

// What a solution costs at most in time and memory; what stops it early leaves a gap, which is told.
struct KnapsackLimits {
    std::chrono::nanoseconds time = std::chrono::hours(1);
    std::size_t states = 16'000'000;  // partial choices remembered, of about 8 bytes each
    std::stop_token stop = {};        // throws Cancelled
};

struct KnapsackSolution {
    std::vector<std::uint32_t> chosen;  // an option of each class
    double weight = 0;                  // sums over the classes, in their order
    double value = 0;
    double bound = 0;  // no choice within the capacity has a smaller value; `value` where it is proven best

    bool proven() const { return bound >= value; }
};

// A point of the lower left convex hull of all (weight, value): the best choice of its weight.
struct KnapsackPoint {
    double weight = 0;
    double value = 0;
};

// The multiple-choice knapsack problem: of every class one option, so that Σ value is least while Σ weight
// stays within a capacity. Prepared once, solved for many capacities.
//
// The linear relaxation takes the steps of the classes' convex hulls by what they gain for their weight
// (Sinha and Zoltners 1979); the rest is closed by dynamic programming over a core of classes that grows from
// the one that the relaxation splits, with bounds that prune (Pisinger 1995, "A minimal algorithm for the
// multiple-choice knapsack problem"). Sums of values are doubles: solutions nearer than 1e-12 of each other
// count as equal. Whole-number weights below 2^53 are exact.
class Knapsack {
  public:
    explicit Knapsack(std::vector<std::vector<KnapsackOption>> classes);

    double least_weight() const { return least_weight_; }  // below it nothing fits
    double most_weight() const { return most_weight_; }    // of the choice of the least value

    // None where nothing fits. Of no classes the empty choice.
    std::optional<KnapsackSolution> solve(double capacity, const KnapsackLimits& limits = {}) const;

    // All corners of the hull from the lightest choice to the best, in order of weight.
    std::vector<KnapsackPoint> hull() const;

    std::span<const std::vector<KnapsackOption>> classes() const { return classes_; }

  private:
    friend class KnapsackSearch;

    // From one option to the next heavier one on the hull of its class.
    struct Step {
        std::uint32_t of_class = 0;
        double slope = 0;  // value gained for weight
        double weight = 0;
        double value = 0;
    };

    void prepare(std::uint32_t index);
    double tightened(double capacity) const;

    std::vector<std::vector<KnapsackOption>> classes_;
    // Indices of the options that no other one of the class beats in both figures, lightest first.
    std::vector<std::vector<std::uint32_t>> efficient_;
    std::vector<std::vector<std::uint32_t>> hulls_;  // those on the convex hull
    std::vector<Step> steps_;                        // of all classes, steepest first
    double least_weight_ = 0;
    double value_of_lightest_ = 0;
    double most_weight_ = 0;
    double unit_ = 0;  // all weights differ by multiples of it; 0: they are no whole numbers
};

}  // namespace halfstep
