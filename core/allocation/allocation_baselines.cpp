// SPDX-License-Identifier: GPL-3.0-or-later
// What the exact choice is compared with: one scheme for all, greedy steps, and the closed form of the
// theory.
#include "core/allocation/allocation.h"
#include "core/allocation/allocation_steps.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

struct BitRange {
    double low = 0;
    double high = 0;
    double elements = 0;
    double half_log = 0;  // ½·log2(sensitivity/n)
};

std::vector<BitRange> bit_ranges(const std::vector<AllocationClass>& classes) {
    std::vector<BitRange> ranges;
    for (const AllocationClass& of : classes) {
        const auto elements = static_cast<double>(std::max<std::uint64_t>(1, of.elements));
        const auto [least, most] = std::ranges::minmax_element(of.options, {}, &AllocationOption::bits);
        ranges.push_back({static_cast<double>(least->bits) / elements,
                          static_cast<double>(most->bits) / elements, elements,
                          0.5 * std::log2(std::max(of.sensitivity, 1e-300) / elements)});
    }
    return ranges;
}

double bits_at(const BitRange& range, double level) {
    return std::clamp(range.half_log - level, range.low, range.high);
}

// The water level ½·log2(λ) at which all bits together are as many as there may be.
double water_level(const std::vector<BitRange>& ranges, double bits) {
    double low = 0;
    double high = 0;
    for (const BitRange& range : ranges) {
        low = std::min(low, range.half_log - range.high);
        high = std::max(high, range.half_log - range.low);
    }
    for (int halving = 0; halving < 200; ++halving) {
        const double middle = low + (high - low) / 2;
        double sum = 0;
        for (const BitRange& range : ranges)
            sum += range.elements * bits_at(range, middle);
        (sum > bits ? low : high) = middle;
    }
    return high;
}

}  // namespace

bool Allocation::fits(const AllocationChoice& choice, const Budget& budget) const {
    return budget.of == Budget::Of::bytes
               ? static_cast<double>(choice.bytes - problem_.other_bytes) <= capacity(budget)
               : static_cast<double>(choice.bits) <= capacity(budget);
}

AllocationChoice Allocation::uniform(const AllocationPart& part, const Scheme& scheme) const {
    PartChoice chosen;
    for (const AllocationClass& of : part.classes()) {
        const auto found = std::ranges::find(of.options, scheme, &AllocationOption::scheme);
        if (found != of.options.end()) {
            chosen.push_back(static_cast<std::uint32_t>(found - of.options.begin()));
            continue;
        }
        // Where it is not among the choices, what comes next to it in size.
        double bits = 0;
        for (const std::size_t tensor : of.tensors)
            if (const AllocationOption* own = problem_.tensors[tensor].find(scheme))
                bits += static_cast<double>(own->bits);
        chosen.push_back(
            nearest_option(of, bits / static_cast<double>(std::max<std::uint64_t>(1, of.elements))));
    }
    return sum_up(part.among_all(std::move(chosen)));
}

std::optional<UniformChoice> Allocation::best_uniform(const Budget& budget) const {
    const UniformChoice* best = nullptr;
    for (const UniformChoice& choice : uniform_)
        if (fits(choice.choice, budget) && (best == nullptr || choice.choice.loss < best->choice.loss))
            best = &choice;
    return best != nullptr ? std::optional(*best) : std::nullopt;
}

std::optional<AllocationChoice> Allocation::best_of_parts(
    const Budget& budget, const std::function<PartChoice(const AllocationPart&)>& choose) const {
    std::optional<AllocationChoice> best;
    for (const AllocationPart& part : parts_) {
        AllocationChoice found = sum_up(part.among_all(choose(part)));
        if (fits(found, budget) && (!best || found.loss < best->loss)) best = std::move(found);
    }
    return best;
}

std::optional<AllocationChoice> Allocation::greedy(const Budget& budget) const {
    return best_of_parts(budget, [&](const AllocationPart& part) {
        PartChoice chosen = part.smallest();
        part.steps(budget.of).climb(chosen, capacity(budget));
        return chosen;
    });
}

Allocation::PartChoice Allocation::rounded_closed_form(const AllocationPart& part,
                                                       const Budget& budget) const {
    const std::vector<BitRange> ranges = bit_ranges(part.classes());
    const double bits = capacity(budget) * (budget.of == Budget::Of::bytes ? 8 : 1);
    const double level = water_level(ranges, bits);
    PartChoice chosen;
    for (std::size_t i = 0; i < part.classes().size(); ++i)
        chosen.push_back(nearest_option(part.classes()[i], bits_at(ranges[i], level)));
    return chosen;
}

std::optional<AllocationChoice> Allocation::closed_form(const Budget& budget) const {
    return best_of_parts(budget, [&](const AllocationPart& part) {
        PartChoice chosen = rounded_closed_form(part, budget);
        part.steps(budget.of).descend(chosen, capacity(budget));
        part.steps(budget.of).climb(chosen, capacity(budget));
        return chosen;
    });
}

}  // namespace halfstep
