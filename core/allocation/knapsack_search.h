// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/knapsack.h"

#include <limits>

namespace halfstep {

// One solution of a Knapsack for one capacity, at least its lightest weight.
class KnapsackSearch {
  public:
    KnapsackSearch(const Knapsack& problem, double capacity, const KnapsackLimits& limits);

    KnapsackSolution run();

  private:
    // A choice for the classes of the core; all others have what the relaxation gives them.
    struct State {
        double weight = 0;
        double value = 0;
        std::uint32_t node = 0;    // of trace_: the choice without the last class
        std::uint32_t option = 0;  // of the last class
    };
    // Where a choice differs from the relaxation's: one class, and those before it.
    struct Node {
        std::uint32_t before = 0;
        std::uint32_t of_class = 0;
        std::uint32_t option = 0;
    };
    // What a class that is not in the core can still do for a state, at best: value for weight.
    struct Slopes {
        double gain = 0;                                        // by using what is left
        double loss = std::numeric_limits<double>::infinity();  // by making room
    };

    void relax();         // sets base_, multiplier_, relaxed_bound_
    void improve_base();  // by one class moved, or by filling what is left
    void fill_what_is_left();
    void try_one_move(const std::vector<std::uint32_t>& from, double weight, double value);
    void order_classes();
    Slopes slopes_of(std::uint32_t index) const;
    void grow_core();
    bool take_next(bool by_gain);  // false where no class is left
    Slopes rest() const;
    void add_class(std::uint32_t index);
    std::vector<std::uint32_t> promising_options(std::uint32_t index) const;
    void shift(std::uint32_t index, std::uint32_t to);  // states_ into shifted_
    void merge();                                       // shifted_ into merged_
    void offer_best_state(std::uint32_t last_class);
    void prune(std::uint32_t last_class);
    double bound_of(const State& state, const Slopes& rest) const;
    bool beaten(double bound) const;
    bool limit_reached() const;
    std::vector<std::uint32_t> best_choice() const;
    KnapsackSolution solution() const;

    const KnapsackOption& option(std::uint32_t of_class, std::uint32_t index) const {
        return problem_.classes_[of_class][index];
    }

    const Knapsack& problem_;
    double capacity_;
    const KnapsackLimits& limits_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();

    std::vector<std::uint32_t> base_;  // the relaxation's choice, the split class at its lighter end
    double base_weight_ = 0;
    double base_value_ = 0;
    double multiplier_ = 0;  // the value of a unit of capacity
    double relaxed_bound_ = 0;
    std::optional<std::size_t> split_;  // the step that did not fit

    double best_value_ = 0;
    std::vector<std::uint32_t> best_;  // the best choice found before the core was grown
    struct CoreChoice {
        State state;
        std::uint32_t of_class = 0;
    };
    std::optional<CoreChoice> best_of_core_;  // a better one

    std::vector<Slopes> slopes_;
    std::vector<std::uint32_t> by_gain_;  // classes, the largest gain first
    std::vector<std::uint32_t> by_loss_;  // the smallest loss first
    std::size_t gain_place_ = 0;          // the first that are not in the core
    std::size_t loss_place_ = 0;
    std::vector<bool> in_core_;
    std::vector<State> states_;  // by rising weight, with falling values
    std::vector<State> shifted_, merged_, spare_;
    std::vector<Node> trace_;
    double open_bound_ = std::numeric_limits<double>::infinity();  // of what was left unfinished
};

}  // namespace halfstep
