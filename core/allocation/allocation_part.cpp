// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation_part.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace halfstep {
namespace {

std::vector<AllocationClass> restricted(const std::vector<AllocationClass>& all, const OptionSet& set) {
    std::vector<AllocationClass> classes = all;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        classes[i].options.clear();
        for (const std::uint32_t place : set[i])
            classes[i].options.push_back(all[i].options[place]);
    }
    return classes;
}

template <class Weight, class Value>
Knapsack knapsack_of(const std::vector<AllocationClass>& classes, Weight weight, Value value) {
    std::vector<std::vector<KnapsackOption>> options(classes.size());
    for (std::size_t i = 0; i < classes.size(); ++i)
        for (const AllocationOption& option : classes[i].options)
            options[i].push_back({static_cast<double>(std::invoke(weight, option)),
                                  static_cast<double>(std::invoke(value, option))});
    return Knapsack(std::move(options));
}

template <class Key>
std::vector<std::uint32_t> least_options(const std::vector<AllocationClass>& classes, Key key) {
    std::vector<std::uint32_t> chosen;
    for (const AllocationClass& of : classes) {
        const auto least = std::ranges::min_element(of.options, {}, key);
        chosen.push_back(static_cast<std::uint32_t>(least - of.options.begin()));
    }
    return chosen;
}

}  // namespace

AllocationPart::AllocationPart(const std::vector<AllocationClass>& all, OptionSet set)
    : classes_(restricted(all, set)),
      places_(std::move(set)),
      by_bits_(knapsack_of(classes_, &AllocationOption::bits, &AllocationOption::loss)),
      by_bytes_(knapsack_of(classes_, &AllocationOption::bytes, &AllocationOption::loss)),
      by_loss_(knapsack_of(classes_, &AllocationOption::loss, &AllocationOption::bits)) {}

const Knapsack& AllocationPart::knapsack(Budget::Of of) const {
    switch (of) {
        case Budget::Of::bits_per_weight:
            return by_bits_;
        case Budget::Of::bytes:
            return by_bytes_;
        case Budget::Of::loss:
            break;
    }
    return by_loss_;
}

AllocationSteps AllocationPart::steps(Budget::Of of) const {
    return {classes_, [of](const AllocationOption& option) {
                return static_cast<double>(of == Budget::Of::bytes ? option.bytes : option.bits);
            }};
}

std::vector<std::uint32_t> AllocationPart::smallest() const {
    return least_options(classes_, [](const AllocationOption& of) { return std::pair(of.bits, of.loss); });
}

std::vector<std::uint32_t> AllocationPart::most_exact() const {
    return least_options(classes_, [](const AllocationOption& of) { return std::pair(of.loss, of.bits); });
}

std::vector<std::uint32_t> AllocationPart::among_all(std::vector<std::uint32_t> chosen) const {
    for (std::size_t i = 0; i < chosen.size(); ++i)
        chosen[i] = places_[i][chosen[i]];
    return chosen;
}

}  // namespace halfstep
