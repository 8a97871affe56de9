// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/option_sets.h"

#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>

namespace halfstep {
namespace {

using Schemes = std::vector<Scheme>;

bool contains(const Schemes& schemes, const Scheme& scheme) {
    return std::ranges::find(schemes, scheme) != schemes.end();
}

std::vector<std::uint32_t> all_places(const AllocationClass& of) {
    std::vector<std::uint32_t> places(of.options.size());
    std::iota(places.begin(), places.end(), 0U);
    return places;
}

class Builder {
  public:
    Builder(const AllocationProblem& problem, const AllocationRules& rules,
            std::vector<AllocationClass>& classes)
        : problem_(problem), rules_(rules), classes_(classes) {}

    std::vector<OptionSet> build() {
        std::vector<OptionSet> sets;
        for (const Schemes& schemes : rules_.together.sets)
            if (auto set = set_of(schemes)) sets.push_back(std::move(*set));
        if (!sets.empty()) return sets;
        throw Error(fmt::format("pins and limits leave nothing that {} takes in one plan: {}",
                                rules_.together.from, reasons_),
                    {}, "Take away a pin or a limit, or choose another target");
    }

  private:
    std::optional<OptionSet> set_of(const Schemes& schemes) {
        OptionSet set;
        for (AllocationClass& of : classes_) {
            set.push_back(places_of(of, schemes));
            if (!set.back().empty()) continue;
            if (of.may_be_kept && !applies(of, schemes))
                set.back().push_back(keep_of(of));
            else {
                add_reason(of, schemes);
                return std::nullopt;
            }
        }
        return set;
    }

    // Those of the class's options that are its own choice.
    std::vector<std::uint32_t> places_of(const AllocationClass& of, const Schemes& schemes) const {
        std::vector<std::uint32_t> places;
        for (std::uint32_t place = 0; place < of.options.size(); ++place) {
            const Scheme& scheme = of.options[place].scheme;
            const bool keep = scheme.family == Family::keep;
            if (keep ? !was_left(of) : contains(schemes, scheme)) places.push_back(place);
        }
        return places;
    }

    bool was_left(const AllocationClass& of) const {
        return std::ranges::find(left_, of.tensors.front()) != left_.end();
    }

    // Whether one of them can be applied, though rules may forbid it.
    bool applies(const AllocationClass& of, const Schemes& schemes) const {
        return std::ranges::any_of(schemes, [&](const Scheme& scheme) {
            return std::ranges::all_of(of.tensors, [&](std::size_t tensor) {
                return problem_.tensors[tensor].find(scheme) != nullptr;
            });
        });
    }

    // The place of keep among the options, where it is added once.
    std::uint32_t keep_of(AllocationClass& of) {
        if (!was_left(of)) {
            left_.push_back(of.tensors.front());
            AllocationOption keep;
            for (const std::size_t tensor : of.tensors) {
                const AllocationOption& kept = problem_.tensors[tensor].kept;
                keep.bits += kept.bits;
                keep.bytes += kept.bytes;
            }
            of.options.push_back(keep);
        }
        return static_cast<std::uint32_t>(of.options.size() - 1);
    }

    void add_reason(const AllocationClass& of, const Schemes& schemes) {
        std::string names;
        for (const Scheme& scheme : schemes)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(scheme));
        if (!reasons_.empty()) reasons_ += "; ";
        reasons_ += fmt::format("not {}, {}", names, why_not(of, schemes));
    }

    std::string why_not(const AllocationClass& of, const Schemes& schemes) const {
        const std::string& tensor = problem_.tensors[of.tensors.front()].name;
        if (of.pinned) return fmt::format("as '{}' has to get {}", tensor, pin_of(of));
        const bool candidate = std::ranges::any_of(
            schemes, [&](const Scheme& scheme) { return contains(rules_.candidates, scheme); });
        return candidate ? fmt::format("as '{}' needs more bits a weight", tensor)
                         : fmt::format("which is no candidate for '{}'", tensor);
    }

    std::string pin_of(const AllocationClass& of) const {
        for (const Pin& pin : rules_.pins)
            if (std::ranges::find(of.tensors, pin.tensor) != of.tensors.end())
                return fmt::format("{} ({})", to_string(pin.scheme), pin.from);
        return {};
    }

    const AllocationProblem& problem_;
    const AllocationRules& rules_;
    std::vector<AllocationClass>& classes_;
    std::vector<std::size_t> left_;  // the first tensors of classes that keep was added to
    std::string reasons_;
};

}  // namespace

std::vector<OptionSet> option_sets(const AllocationProblem& problem, const AllocationRules& rules,
                                   std::vector<AllocationClass>& classes) {
    if (!rules.together.sets.empty()) return Builder(problem, rules, classes).build();
    OptionSet everything;
    for (const AllocationClass& of : classes)
        everything.push_back(all_places(of));
    return {everything};
}

}  // namespace halfstep
