// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/planned.h"

#include "app/cli/command.h"
#include "app/cli/plain_text.h"
#include "core/base/error.h"
#include "core/model_files/input_file.h"
#include "core/store/workspace.h"

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <utility>

namespace halfstep::cli {
namespace {

Planned load(const std::string& path, const Model& model) {
    if (!is_workspace(path)) return {load_plan(path), {}};
    Workspace workspace = load_workspace(path);
    if (!workspace.plan)
        throw Error("the workspace holds no plan", {path, {}, {}}, "Give a plan, or use --scheme");
    // Figures of another model would be shown as this one's.
    if (workspace.fingerprint != model_fingerprint(model)) workspace.measurements.clear();
    return {std::move(*workspace.plan), std::move(workspace.measurements)};
}

}  // namespace

void add_plan_options(CLI::App& command, std::string& plan, std::string& scheme) {
    command.add_option("--plan", plan, "The plan: JSON as Halfstep saves it, or a workspace (.h5)")
        ->type_name("PLAN");
    command.add_option("--scheme", scheme, "Instead of a plan: one scheme for all weights")->type_name("S");
}

std::optional<Scheme> plan_arguments(const std::string& plan, const std::string& scheme) {
    if (plan.empty() == scheme.empty()) throw UsageError("give either --plan or --scheme");
    return scheme.empty() ? std::nullopt : std::optional(scheme_argument(scheme));
}

Planned load_planned(const std::string& plan, const std::optional<Scheme>& scheme, const Model& model) {
    Planned planned = scheme ? Planned{uniform_plan(model, *scheme), {}} : load(plan, model);
    for (const Issue& issue : check_plan(model, planned.plan))
        if (issue.severity != Severity::error) print_message(issue.message);
    return planned;
}

void refuse_model_file(const Model& model, const std::filesystem::path& out) {
    if (out.empty()) return;
    std::error_code error;
    for (const auto& file : model.files())
        if (std::filesystem::equivalent(file->path(), out, error))
            throw Error("this is a file of the model itself", {out.string(), {}, {}}, "Choose another place");
}

std::string issue_line(const Issue& issue) {
    return issue.tensor.empty() ? printable(issue.message)
                                : fmt::format("{}: {}", printable(issue.tensor), printable(issue.message));
}

}  // namespace halfstep::cli
