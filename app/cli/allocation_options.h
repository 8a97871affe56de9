// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace halfstep {
class ExportTarget;
}

namespace halfstep::cli {

// What of the command line says what may be chosen.
struct AllocationOptions {
    std::string candidates;
    std::string target;
    std::string bits;
    std::string bytes;
    std::string error;
    std::vector<std::string> pins;
    std::vector<std::string> ties;
    std::vector<std::string> least_bits;
    bool protect = false;
};

void add_allocation_options(CLI::App& command, AllocationOptions& options);

// Exactly one of --bits, --bytes and --error. Else, or where it is no number, a wrong usage.
Budget budget_argument(const AllocationOptions& options);

// Those of --candidates, or all that the target takes. Throws Error for one that the target cannot hold.
std::vector<Scheme> candidate_arguments(const AllocationOptions& options);

// "REGEX=SCHEME", the pattern for whole names.
struct PinArgument {
    std::string pattern;
    Scheme scheme;
    std::string text;
};
std::vector<PinArgument> pin_arguments(const AllocationOptions& options);

// That of --for; null where there is none. A wrong usage where it is unknown.
const ExportTarget* target_argument(const AllocationOptions& options);

// The rules for this problem, but for those of the target. Throws Error for patterns that no tensor matches,
// and roles that none has.
AllocationRules allocation_rules(const AllocationOptions& options, const AllocationProblem& problem);

}  // namespace halfstep::cli
