// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/knapsack_search.h"

#include "core/base/error.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace halfstep {
namespace {

// Values nearer than this to each other are one.
constexpr double equal_values = 1e-12;

}  // namespace

KnapsackSearch::KnapsackSearch(const Knapsack& problem, double capacity, const KnapsackLimits& limits)
    : problem_(problem), capacity_(capacity), limits_(limits) {}

KnapsackSolution KnapsackSearch::run() {
    relax();
    if (split_) {
        improve_base();
        order_classes();
        grow_core();
    }
    return solution();
}

void KnapsackSearch::relax() {
    const std::size_t classes = problem_.classes_.size();
    std::vector<std::uint32_t> level(classes, 0);
    double weight = problem_.least_weight_;
    for (std::size_t i = 0; i < problem_.steps_.size(); ++i) {
        const Knapsack::Step& step = problem_.steps_[i];
        if (weight + step.weight > capacity_) {
            split_ = i;
            break;
        }
        weight += step.weight;
        ++level[step.of_class];
    }
    base_.resize(classes);
    base_weight_ = base_value_ = 0;
    for (std::uint32_t i = 0; i < classes; ++i) {
        base_[i] = problem_.hulls_[i][level[i]];
        base_weight_ += option(i, base_[i]).weight;
        base_value_ += option(i, base_[i]).value;
    }
    multiplier_ = split_ ? problem_.steps_[*split_].slope : 0;
    relaxed_bound_ = base_value_ - multiplier_ * (capacity_ - base_weight_);
    best_ = base_;
    best_value_ = base_value_;
}

void KnapsackSearch::try_one_move(const std::vector<std::uint32_t>& from, double weight, double value) {
    for (std::uint32_t i = 0; i < from.size(); ++i) {
        const KnapsackOption& now = option(i, from[i]);
        for (const std::uint32_t next : problem_.efficient_[i]) {
            const KnapsackOption& then = option(i, next);
            const double moved = value - now.value + then.value;
            if (weight - now.weight + then.weight > capacity_ || !(moved < best_value_)) continue;
            best_ = from;
            best_[i] = next;
            best_value_ = moved;
        }
    }
}

// Takes further steps in their order where they still fit, and then the best move.
void KnapsackSearch::fill_what_is_left() {
    std::vector<std::uint32_t> choice = base_;
    double weight = base_weight_;
    double value = base_value_;
    std::vector<bool> passed(base_.size(),
                             false);  // of a class whose step did not fit, no later one is taken
    for (std::size_t i = *split_; i < problem_.steps_.size(); ++i) {
        const Knapsack::Step& step = problem_.steps_[i];
        if (passed[step.of_class]) continue;
        if (weight + step.weight > capacity_) {
            passed[step.of_class] = true;
            continue;
        }
        weight += step.weight;
        value -= step.value;
        const auto& hull = problem_.hulls_[step.of_class];
        choice[step.of_class] = *std::next(std::ranges::find(hull, choice[step.of_class]));
    }
    if (value < best_value_) {
        best_ = choice;
        best_value_ = value;
    }
    try_one_move(choice, weight, value);
}

void KnapsackSearch::improve_base() {
    try_one_move(base_, base_weight_, base_value_);
    fill_what_is_left();
    const Knapsack::Step& step = problem_.steps_[*split_];
    std::vector<std::uint32_t> above = base_;
    const auto& hull = problem_.hulls_[step.of_class];
    above[step.of_class] = *std::next(std::ranges::find(hull, base_[step.of_class]));
    try_one_move(above, base_weight_ + step.weight, base_value_ - step.value);
}

KnapsackSearch::Slopes KnapsackSearch::slopes_of(std::uint32_t index) const {
    Slopes slopes;
    const KnapsackOption& now = option(index, base_[index]);
    for (const std::uint32_t other : problem_.hulls_[index]) {
        const KnapsackOption& then = option(index, other);
        if (then.weight > now.weight)
            slopes.gain = std::max(slopes.gain, (now.value - then.value) / (then.weight - now.weight));
        else if (then.weight < now.weight)
            slopes.loss = std::min(slopes.loss, (then.value - now.value) / (now.weight - then.weight));
    }
    return slopes;
}

void KnapsackSearch::order_classes() {
    const auto classes = static_cast<std::uint32_t>(base_.size());
    slopes_.reserve(classes);
    for (std::uint32_t i = 0; i < classes; ++i)
        slopes_.push_back(slopes_of(i));
    by_gain_.resize(classes);
    std::iota(by_gain_.begin(), by_gain_.end(), 0U);
    by_loss_ = by_gain_;
    std::ranges::stable_sort(by_gain_, std::greater{}, [&](std::uint32_t i) { return slopes_[i].gain; });
    std::ranges::stable_sort(by_loss_, std::less{}, [&](std::uint32_t i) { return slopes_[i].loss; });
    in_core_.assign(classes, false);
}

// Classes come in by turns from both lists: those that use best what is left, and those that make room with
// the least loss.
void KnapsackSearch::grow_core() {
    states_ = {{base_weight_, base_value_, 0, 0}};
    trace_ = {{}};
    for (bool by_gain = true; !states_.empty() && take_next(by_gain); by_gain = !by_gain) {
        if (limits_.stop.stop_requested()) throw Cancelled();
        if (!limit_reached()) continue;
        for (const State& state : states_)
            open_bound_ = std::min(open_bound_, bound_of(state, rest()));
        return;
    }
}

bool KnapsackSearch::take_next(bool by_gain) {
    if (gain_place_ == by_gain_.size()) return false;  // both lists hold all classes
    const std::uint32_t next = by_gain ? by_gain_[gain_place_] : by_loss_[loss_place_];
    in_core_[next] = true;
    while (gain_place_ < by_gain_.size() && in_core_[by_gain_[gain_place_]])
        ++gain_place_;
    while (loss_place_ < by_loss_.size() && in_core_[by_loss_[loss_place_]])
        ++loss_place_;
    add_class(next);
    return true;
}

KnapsackSearch::Slopes KnapsackSearch::rest() const {
    if (gain_place_ == by_gain_.size()) return {};
    return {slopes_[by_gain_[gain_place_]].gain, slopes_[by_loss_[loss_place_]].loss};
}

void KnapsackSearch::add_class(std::uint32_t index) {
    merged_.clear();
    for (const std::uint32_t next : promising_options(index)) {
        shift(index, next);
        merge();
    }
    std::swap(states_, merged_);
    offer_best_state(index);
    prune(index);
}

// Those with which the relaxation's bound still leaves hope. The base's own is always one.
std::vector<std::uint32_t> KnapsackSearch::promising_options(std::uint32_t index) const {
    const KnapsackOption& now = option(index, base_[index]);
    std::vector<std::uint32_t> promising;
    for (const std::uint32_t other : problem_.efficient_[index]) {
        const KnapsackOption& then = option(index, other);
        const double reduced = then.value - now.value + multiplier_ * (then.weight - now.weight);
        if (other == base_[index] || !beaten(relaxed_bound_ + reduced)) promising.push_back(other);
    }
    return promising;
}

void KnapsackSearch::shift(std::uint32_t index, std::uint32_t to) {
    const KnapsackOption& now = option(index, base_[index]);
    const KnapsackOption& then = option(index, to);
    const double weight = then.weight - now.weight;
    const double value = then.value - now.value;
    const Slopes slopes = rest();
    shifted_.clear();
    for (const State& state : states_) {
        const State next{state.weight + weight, state.value + value, state.node, to};
        if (!beaten(bound_of(next, slopes))) shifted_.push_back(next);
    }
}

// Both lists rise in weight; of the union only those stay that have less value than all lighter ones.
void KnapsackSearch::merge() {
    spare_.clear();
    spare_.reserve(merged_.size() + shifted_.size());
    auto a = merged_.begin();
    auto b = shifted_.begin();
    double least = std::numeric_limits<double>::infinity();
    while (a != merged_.end() || b != shifted_.end()) {
        const bool from_a = b == shifted_.end() ||
                            (a != merged_.end() &&
                             (a->weight < b->weight || (a->weight == b->weight && a->value <= b->value)));
        const State& next = from_a ? *a++ : *b++;
        if (!(next.value < least)) continue;
        least = next.value;
        spare_.push_back(next);
    }
    std::swap(merged_, spare_);
}

void KnapsackSearch::offer_best_state(std::uint32_t last_class) {
    const auto too_heavy = std::ranges::upper_bound(states_, capacity_, {}, &State::weight);
    if (too_heavy == states_.begin()) return;
    const State& state = *std::prev(too_heavy);
    if (!(state.value < best_value_)) return;
    best_value_ = state.value;
    best_of_core_ = {state, last_class};
}

bool KnapsackSearch::beaten(double bound) const {
    return bound >= best_value_ - equal_values * best_value_;
}

double KnapsackSearch::bound_of(const State& state, const Slopes& rest) const {
    const double left = capacity_ - state.weight;
    return left >= 0 ? state.value - left * rest.gain : state.value - left * rest.loss;
}

// Choices that can still lead to something better stay, and are remembered.
void KnapsackSearch::prune(std::uint32_t last_class) {
    const Slopes slopes = rest();
    std::size_t kept = 0;
    for (const State& state : states_) {
        if (beaten(bound_of(state, slopes))) continue;
        State& next = states_[kept++];
        next = state;
        if (state.option == base_[last_class]) continue;
        trace_.push_back({state.node, last_class, state.option});
        next.node = static_cast<std::uint32_t>(trace_.size() - 1);
    }
    states_.resize(kept);
}

bool KnapsackSearch::limit_reached() const {
    return trace_.size() > limits_.states || std::chrono::steady_clock::now() - started_ >= limits_.time;
}

std::vector<std::uint32_t> KnapsackSearch::best_choice() const {
    if (!best_of_core_) return best_;
    std::vector<std::uint32_t> choice = base_;
    const CoreChoice& best = *best_of_core_;
    choice[best.of_class] = best.state.option;
    for (std::uint32_t node = best.state.node; node != 0; node = trace_[node].before)
        choice[trace_[node].of_class] = trace_[node].option;
    return choice;
}

KnapsackSolution KnapsackSearch::solution() const {
    KnapsackSolution solution{best_choice()};
    for (std::uint32_t i = 0; i < solution.chosen.size(); ++i) {
        solution.weight += option(i, solution.chosen[i]).weight;
        solution.value += option(i, solution.chosen[i]).value;
    }
    solution.bound = std::min(solution.value, std::max(relaxed_bound_, open_bound_));
    return solution;
}

}  // namespace halfstep
