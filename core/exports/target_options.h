// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/allocation_rules.h"
#include "core/exports/export_target.h"

#include <span>
#include <string>
#include <vector>

// What an export target leaves an allocation to choose from, so that it holds the plan that comes of it.
namespace halfstep {

// One scheme of each format that the target takes; types of which nothing is quantized are none of them.
std::vector<Scheme> target_candidates(const ExportTarget& target);

// Throws Error for a scheme that the target cannot hold.
void check_candidates(const ExportTarget& target, std::span<const Scheme> candidates);

// Takes from the problem what the target would not store as measured. A sentence for each reason.
std::vector<std::string> leave_to_target(const ExportTarget& target, const Model& model,
                                         AllocationProblem& problem);

// Adds what the target wants of a plan as a whole: schemes that do not go together, tensors that share one.
// The problem is what is left to the target. Returns among which plans the best one is sought then, "plans of
// …"; empty where among all. Throws Error for a pin that the target would not store.
std::string add_target_rules(const ExportTarget& target, const Model& model, const AllocationProblem& problem,
                             AllocationRules& rules);

// Throws Error where the target refuses the plan as a whole.
void check_for_target(const ExportTarget& target, const Model& model, const Plan& plan);

}  // namespace halfstep
