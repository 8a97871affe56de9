// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/allocation_options.h"

#include "app/cli/command.h"
#include "app/cli/measured_tensors.h"
#include "app/cli/size_argument.h"
#include "core/base/error.h"
#include "core/exports/target_options.h"

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace halfstep::cli {
namespace {

double number_argument(const char* option, const std::string& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || !std::isfinite(number) || number < 0)
        throw UsageError(fmt::format("{}: '{}' is no number from 0 up", option, text));
    return number;
}

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? text : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "LEFT=RIGHT", cut at the last '=': patterns may have others.
std::pair<std::string, std::string> parts_of(const char* option, const std::string& text) {
    const std::size_t cut = text.rfind('=');
    if (cut == std::string::npos || cut == 0)
        throw UsageError(fmt::format("{}: '{}' is no PATTERN=VALUE", option, text));
    return {text.substr(0, cut), text.substr(cut + 1)};
}

const ExportTarget& target_of(const std::string& name) {
    try {
        return find_export_target(name);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

std::vector<std::size_t> matching_tensors(const AllocationProblem& problem, const std::string& pattern,
                                          const std::string& from) {
    const NamePattern wanted(pattern);
    std::vector<std::size_t> tensors;
    for (std::size_t i = 0; i < problem.tensors.size(); ++i)
        if (wanted.matches(problem.tensors[i].name)) tensors.push_back(i);
    if (tensors.empty())
        throw Error(
            fmt::format("no tensor that a scheme can be chosen for has a name that {} matches as a whole",
                        from),
            {}, "halfstep-cli inspect lists the names");
    return tensors;
}

void add_tie(const std::string& text, const AllocationProblem& problem, std::vector<Tie>& ties) {
    std::vector<Tie> added;
    if (text == "fused")
        added = fused_ties(problem);
    else if (text == "embeddings")
        added = embedding_ties(problem);
    else
        added.push_back({matching_tensors(problem, text, fmt::format("--tie '{}'", text)),
                         fmt::format("--tie '{}'", text)});
    std::ranges::move(added, std::back_inserter(ties));
}

// A role, or "all".
void add_limit(const std::string& text, const AllocationProblem& problem, std::vector<LeastBits>& limits) {
    const auto [role, bits] = parts_of("--min-bits", text);
    const double least = number_argument("--min-bits", bits);
    const std::size_t before = limits.size();
    for (std::size_t i = 0; i < problem.tensors.size(); ++i)
        if (role == "all" || role_name(problem.tensors[i].role) == role)
            limits.push_back({i, least, fmt::format("--min-bits {}", text)});
    if (limits.size() == before)
        throw Error(fmt::format("no tensor that a scheme can be chosen for has the role '{}'", role), {},
                    "halfstep-cli inspect lists the roles");
}

}  // namespace

void add_allocation_options(CLI::App& command, AllocationOptions& options) {
    command
        .add_option("--candidates", options.candidates,
                    "The schemes to choose from, with commas between them (default with --for: all formats "
                    "that the target takes)")
        ->type_name("S,S,...");
    command
        .add_option("--bits", options.bits, "Budget: mean bits a weight over the tensors that are chosen for")
        ->type_name("B");
    command
        .add_option("--bytes", options.bytes,
                    "Budget: stored bytes of the whole model, kept tensors included (3.9GB, 512MiB)")
        ->type_name("N");
    command
        .add_option("--error", options.error,
                    "The other way round: the fewest bits with an objective of at most E")
        ->type_name("E");
    command.add_option("--for", options.target, "Only what this export target can hold")->type_name("TARGET");
    command
        .add_option("--pin", options.pins,
                    "Tensors whose whole name matches get this scheme; give it again for more")
        ->type_name("REGEX=S")
        ->allow_extra_args(false);
    command
        .add_option("--tie", options.ties,
                    "Tensors that share a scheme: fused (q, k, v and gate, up of a block), embeddings (with "
                    "the output head), or those whose whole name matches")
        ->type_name("WHICH")
        ->allow_extra_args(false);
    command
        .add_option("--min-bits", options.least_bits,
                    "At least B stored bits a weight for tensors of this role (or all)")
        ->type_name("ROLE=B")
        ->allow_extra_args(false);
    command.add_flag("--protect", options.protect,
                     "Embeddings, output head, first and last block: at least 8 bits a weight");
}

Budget budget_argument(const AllocationOptions& options) {
    const int given = static_cast<int>(!options.bits.empty()) + static_cast<int>(!options.bytes.empty()) +
                      static_cast<int>(!options.error.empty());
    if (given != 1) throw UsageError("give one of --bits, --bytes and --error");
    if (!options.bits.empty()) return {Budget::Of::bits_per_weight, number_argument("--bits", options.bits)};
    if (!options.bytes.empty()) return {Budget::Of::bytes, static_cast<double>(size_argument(options.bytes))};
    return {Budget::Of::loss, number_argument("--error", options.error)};
}

std::vector<Scheme> candidate_arguments(const AllocationOptions& options) {
    const ExportTarget* target = target_argument(options);
    if (options.candidates.empty()) {
        if (target == nullptr) throw UsageError("give --candidates, or --for with a target");
        return target_candidates(*target);
    }
    std::vector<Scheme> candidates;
    std::size_t first = 0;
    while (first <= options.candidates.size()) {
        const std::size_t comma = std::min(options.candidates.find(',', first), options.candidates.size());
        candidates.push_back(scheme_argument(trimmed(options.candidates.substr(first, comma - first))));
        first = comma + 1;
    }
    if (target != nullptr) check_candidates(*target, candidates);
    return candidates;
}

std::vector<PinArgument> pin_arguments(const AllocationOptions& options) {
    std::vector<PinArgument> pins;
    for (const std::string& text : options.pins) {
        const auto [pattern, notation] = parts_of("--pin", text);
        const NamePattern checked(pattern);  // a bad one is told before the model is opened
        const Scheme scheme = scheme_argument(notation);
        if (!options.target.empty()) {
            const ExportTarget& target = target_of(options.target);
            if (const std::string reason = target.why_not(scheme); !reason.empty())
                throw Error(
                    fmt::format("{} cannot hold what --pin '{}' asks for: {}", target.name(), text, reason),
                    {}, "Pin to another scheme, or choose another target");
        }
        pins.push_back({pattern, scheme, fmt::format("--pin '{}'", text)});
    }
    return pins;
}

const ExportTarget* target_argument(const AllocationOptions& options) {
    return options.target.empty() ? nullptr : &target_of(options.target);
}

AllocationRules allocation_rules(const AllocationOptions& options, const AllocationProblem& problem) {
    AllocationRules rules;
    rules.candidates = candidate_arguments(options);
    for (const PinArgument& pin : pin_arguments(options))
        for (const std::size_t tensor : matching_tensors(problem, pin.pattern, pin.text))
            rules.pins.push_back({tensor, pin.scheme, pin.text});
    for (const std::string& tie : options.ties)
        add_tie(tie, problem, rules.ties);
    for (const std::string& limit : options.least_bits)
        add_limit(limit, problem, rules.limits);
    if (options.protect) std::ranges::move(sensitive_layers_limit(problem), std::back_inserter(rules.limits));
    return rules;
}

}  // namespace halfstep::cli
