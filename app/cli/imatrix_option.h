// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/quantize/importance.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace halfstep::cli {

void add_imatrix_option(CLI::App& command, std::string& imatrix, const std::string& description);

// What --imatrix names; null where it was not given.
std::shared_ptr<const Importance> importance_argument(const std::string& imatrix, const Model& model,
                                                      const JobContext& job);

// Says on standard error what is wrong with the matrix, and how many of the tensors it does not know.
void report_importance(const Importance& importance, std::span<const TensorInfo* const> tensors);

nlohmann::ordered_json importance_json(const Importance& importance);        // of the matrix
nlohmann::ordered_json importance_json(const TensorImportance* importance);  // of a tensor; null for null

// A line about the matrix, and a table of the tensors that it knows.
std::string importance_text(const Importance& importance, const Model& model);

}  // namespace halfstep::cli
