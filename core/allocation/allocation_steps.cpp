// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/allocation_steps.h"

#include <queue>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

struct Step {
    double rate = 0;  // loss for weight
    std::size_t of_class = 0;
    std::uint32_t option = 0;
};

// The first class among equals, whichever way round the rates are ordered.
struct SmallerGain {
    bool operator()(const Step& a, const Step& b) const {
        return a.rate != b.rate ? a.rate < b.rate : a.of_class > b.of_class;
    }
};
struct LargerLoss {
    bool operator()(const Step& a, const Step& b) const {
        return a.rate != b.rate ? a.rate > b.rate : a.of_class > b.of_class;
    }
};

}  // namespace

double AllocationSteps::weight(const std::vector<std::uint32_t>& chosen) const {
    double sum = 0;
    for (std::size_t i = 0; i < classes_.size(); ++i)
        sum += weight_(classes_[i].options[chosen[i]]);
    return sum;
}

// One step of each class waits in the queue. What is left only shrinks: where a step does not fit any more,
// the next best of its class takes its place.
void AllocationSteps::climb(std::vector<std::uint32_t>& chosen, double capacity) const {
    double left = capacity - weight(chosen);
    const auto best_step = [&](std::size_t i) -> std::optional<Step> {
        const AllocationOption& now = classes_[i].options[chosen[i]];
        std::optional<Step> best;
        for (std::uint32_t j = 0; j < classes_[i].options.size(); ++j) {
            const AllocationOption& then = classes_[i].options[j];
            const double more = weight_(then) - weight_(now);
            const double gain = now.loss - then.loss;
            if (!(gain > 0) || more > left) continue;
            const double rate = more > 0 ? gain / more : std::numeric_limits<double>::infinity();
            if (!best || rate > best->rate) best = Step{rate, i, j};
        }
        return best;
    };
    std::priority_queue<Step, std::vector<Step>, SmallerGain> steps;
    for (std::size_t i = 0; i < classes_.size(); ++i)
        if (const auto step = best_step(i)) steps.push(*step);
    while (!steps.empty()) {
        const Step step = steps.top();
        steps.pop();
        const auto& options = classes_[step.of_class].options;
        const double more = weight_(options[step.option]) - weight_(options[chosen[step.of_class]]);
        if (more <= left) {
            left -= more;
            chosen[step.of_class] = step.option;
        }
        if (const auto next = best_step(step.of_class)) steps.push(*next);
    }
}

void AllocationSteps::descend(std::vector<std::uint32_t>& chosen, double capacity) const {
    double over = weight(chosen) - capacity;
    const auto best_step = [&](std::size_t i) -> std::optional<Step> {
        const AllocationOption& now = classes_[i].options[chosen[i]];
        std::optional<Step> best;
        for (std::uint32_t j = 0; j < classes_[i].options.size(); ++j) {
            const AllocationOption& then = classes_[i].options[j];
            const double saved = weight_(now) - weight_(then);
            if (!(saved > 0)) continue;
            const double rate = (then.loss - now.loss) / saved;
            if (!best || rate < best->rate) best = Step{rate, i, j};
        }
        return best;
    };
    std::priority_queue<Step, std::vector<Step>, LargerLoss> steps;
    for (std::size_t i = 0; i < classes_.size(); ++i)
        if (const auto step = best_step(i)) steps.push(*step);
    while (over > 0 && !steps.empty()) {
        const Step step = steps.top();
        steps.pop();
        const auto& options = classes_[step.of_class].options;
        over -= weight_(options[chosen[step.of_class]]) - weight_(options[step.option]);
        chosen[step.of_class] = step.option;
        if (const auto next = best_step(step.of_class)) steps.push(*next);
    }
}

std::uint32_t nearest_option(const AllocationClass& of, double bits_per_weight) {
    const auto elements = static_cast<double>(std::max<std::uint64_t>(1, of.elements));
    const auto nearest = std::ranges::min_element(of.options, {}, [&](const AllocationOption& option) {
        return std::pair(std::abs(static_cast<double>(option.bits) / elements - bits_per_weight),
                         option.loss);
    });
    return static_cast<std::uint32_t>(nearest - of.options.begin());
}

}  // namespace halfstep
