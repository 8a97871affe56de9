// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/knapsack.h"

#include "core/allocation/knapsack_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace halfstep {
namespace {

using Options = std::vector<KnapsackOption>;

std::vector<std::uint32_t> efficient_options(const Options& options) {
    std::vector<std::uint32_t> order(options.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(options[a].weight, options[a].value) <
               std::pair(options[b].weight, options[b].value);
    });
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t index : order)
        if (kept.empty() || options[index].value < options[kept.back()].value) kept.push_back(index);
    return kept;
}

// Weights and values strictly rise and fall along `efficient`, so no slope divides by zero.
double slope(const KnapsackOption& from, const KnapsackOption& to) {
    return (from.value - to.value) / (to.weight - from.weight);
}

std::vector<std::uint32_t> hull_of(const Options& options, const std::vector<std::uint32_t>& efficient) {
    std::vector<std::uint32_t> hull;
    for (const std::uint32_t index : efficient) {
        while (hull.size() >= 2 && slope(options[hull[hull.size() - 2]], options[hull.back()]) <=
                                       slope(options[hull.back()], options[index]))
            hull.pop_back();
        hull.push_back(index);
    }
    return hull;
}

// What all weights' distances from the lightest of their class are multiples of; 0 where there is no such
// whole number, or where sums might not be exact.
double common_unit(const std::vector<Options>& classes) {
    constexpr double exact = 9007199254740992.0;  // 2^53
    std::uint64_t unit = 0;
    double sum = 0;
    for (const Options& options : classes) {
        double heaviest = 0;
        for (const KnapsackOption& option : options) {
            if (option.weight != std::floor(option.weight)) return 0;
            heaviest = std::max(heaviest, option.weight);
        }
        sum += heaviest;
        if (sum >= exact) return 0;
        for (const KnapsackOption& option : options)
            unit =
                std::gcd(unit, static_cast<std::uint64_t>(std::abs(option.weight - options.front().weight)));
    }
    return static_cast<double>(unit);
}

}  // namespace

Knapsack::Knapsack(std::vector<std::vector<KnapsackOption>> classes) : classes_(std::move(classes)) {
    efficient_.resize(classes_.size());
    hulls_.resize(classes_.size());
    for (std::size_t i = 0; i < classes_.size(); ++i)
        prepare(static_cast<std::uint32_t>(i));
    std::ranges::stable_sort(steps_, std::greater{}, &Step::slope);
    unit_ = common_unit(classes_);
}

void Knapsack::prepare(std::uint32_t index) {
    const Options& options = classes_[index];
    efficient_[index] = efficient_options(options);
    hulls_[index] = hull_of(options, efficient_[index]);
    const std::vector<std::uint32_t>& hull = hulls_[index];
    if (hull.empty()) return;
    least_weight_ += options[hull.front()].weight;
    value_of_lightest_ += options[hull.front()].value;
    most_weight_ += options[hull.back()].weight;
    for (std::size_t i = 1; i < hull.size(); ++i) {
        const KnapsackOption& from = options[hull[i - 1]];
        const KnapsackOption& to = options[hull[i]];
        steps_.push_back({index, slope(from, to), to.weight - from.weight, from.value - to.value});
    }
}

double Knapsack::tightened(double capacity) const {
    if (unit_ <= 0 || capacity < least_weight_) return capacity;
    return least_weight_ + std::floor((capacity - least_weight_) / unit_) * unit_;
}

std::optional<KnapsackSolution> Knapsack::solve(double capacity, const KnapsackLimits& limits) const {
    const bool none = std::ranges::any_of(classes_, [](const Options& options) { return options.empty(); });
    if (none || !(least_weight_ <= capacity)) return std::nullopt;
    return KnapsackSearch(*this, tightened(capacity), limits).run();
}

std::vector<KnapsackPoint> Knapsack::hull() const {
    std::vector<KnapsackPoint> points{{least_weight_, value_of_lightest_}};
    points.reserve(steps_.size() + 1);
    for (const Step& step : steps_)
        points.push_back({points.back().weight + step.weight, points.back().value - step.value});
    return points;
}

}  // namespace halfstep
