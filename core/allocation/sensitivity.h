// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// How much the model's output loses per unit of a tensor's squared rel_error: finite numbers, not negative.
// Only their ratios count for which plan is best.
struct Sensitivities {
    std::vector<double> values;  // one for each tensor of the model, in its order; 1 where nothing is known
    std::string source;          // "every tensor counts 1", "by role", a file's name
    std::size_t known = 0;       // quantizable tensors that the source names
    std::vector<Issue> issues;   // names that no tensor has, tensors that are not named
};

Sensitivities equal_sensitivities(const Model& model);

// By what a tensor does. From the recipes of llama.cpp (llama-quant.cpp, Q4_K_M and Q3_K_M): they give values
// and the feed-forward's way down one bit more than the rest, the output head two. A bit is a factor of 4 in
// the squared error, so these count 4 and 16, the rest 1.
Sensitivities sensitivities_by_role(const Model& model);
double role_sensitivity(Role role);

// {"name": number, ...}, or lines "name,number" (a first line without a number is a title; names may be
// quoted). Names are the tensors' own or those they get in GGUF. Throws Error for a text that is neither, for
// a number that is negative or not finite, for a name that stands twice, and where no name is a tensor of the
// model.
Sensitivities sensitivities_from_text(std::string_view text, std::string_view file_for_errors,
                                      const Model& model);

// From the second moments of an importance matrix: Σ_ij E[x_j²]·w_ij², the energy of the layer's outputs,
// which its squared relative error is a part of; over their mean. Reads the weights.
Sensitivities sensitivities_from_importance(const Importance& importance, const Model& model,
                                            const JobContext& job = {});

// Any of these files, told apart by what is in them.
Sensitivities load_sensitivities(const std::filesystem::path& path, const Model& model,
                                 const JobContext& job = {});

}  // namespace halfstep
