// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/issue.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace halfstep::cli {

// What is to be carried out, and what is already known of it.
struct Planned {
    Plan plan;
    std::vector<TensorMeasurement> measurements;
};

// The options --plan and --scheme, one of which a command takes.
void add_plan_options(CLI::App& command, std::string& plan, std::string& scheme);

// The scheme, where that one was given. Anything but exactly one of both is a wrong usage.
std::optional<Scheme> plan_arguments(const std::string& plan, const std::string& scheme);

// One scheme for all weights, or a plan: JSON as Halfstep saves it, or a workspace. Says on standard error
// what does not quite fit the model.
Planned load_planned(const std::string& plan, const std::optional<Scheme>& scheme, const Model& model);

// Throws Error where something that is no model would be written over a file of the open one.
void refuse_model_file(const Model& model, const std::filesystem::path& out);

// "TENSOR: MESSAGE", fit for a terminal.
std::string issue_line(const Issue& issue);

}  // namespace halfstep::cli
