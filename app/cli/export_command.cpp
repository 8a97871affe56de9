// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/planned.h"
#include "app/cli/progress.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/quantize/measure.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ExportOptions {
    CommonOptions common;
    std::string model;
    std::string plan;
    std::string scheme;
    std::string target;
    std::string out;
};

const ExportTarget& target_argument(const std::string& name) {
    try {
        return find_export_target(name);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

bool has(const std::vector<TensorMeasurement>& measurements, const std::string& tensor,
         const Scheme& scheme) {
    const auto found = std::ranges::find(measurements, tensor, &TensorMeasurement::tensor);
    return found != measurements.end() &&
           std::ranges::find(found->results, scheme, &Measurement::scheme) != found->results.end();
}

// Measures what the plan asks for and nobody has measured yet: the tensors of one scheme at a time, so that
// they share a pass.
void measure_what_is_missing(const Model& model, Planned& planned, const JobContext& job) {
    std::vector<std::pair<Scheme, std::vector<const TensorInfo*>>> work;
    for (const Plan::Entry& entry : planned.plan.entries) {
        const TensorInfo* tensor = model.find(entry.tensor);
        if (tensor == nullptr || !tensor->measurable() || entry.scheme.family == Family::keep ||
            has(planned.measurements, entry.tensor, entry.scheme))
            continue;
        auto found = std::ranges::find(work, entry.scheme, &decltype(work)::value_type::first);
        if (found == work.end()) found = work.insert(work.end(), {entry.scheme, {}});
        found->second.push_back(tensor);
    }
    for (const auto& [scheme, tensors] : work) {
        for (TensorMeasurement& measured : measure_tensors(model, tensors, std::span(&scheme, 1), job)) {
            const auto known =
                std::ranges::find(planned.measurements, measured.tensor, &TensorMeasurement::tensor);
            if (known == planned.measurements.end())
                planned.measurements.push_back(std::move(measured));
            else
                std::ranges::move(measured.results, std::back_inserter(known->results));
        }
    }
}

int run_export(const ExportOptions& options, Session& session) {
    const ExportTarget& target = target_argument(options.target);
    const auto scheme = plan_arguments(options.plan, options.scheme);
    const auto model = open_model(options.model, session.job(options.common));
    Planned planned = load_planned(options.plan, scheme, *model);

    std::vector<std::filesystem::path> files;
    std::vector<Issue> issues;
    {
        Progress progress(target.shows_measurements() ? "measuring" : "writing");
        const JobContext job = session.job(options.common, [&](double fraction) { progress.show(fraction); });
        target.check({*model, planned.plan, options.out});
        check_writable(options.out);
        if (target.shows_measurements()) measure_what_is_missing(*model, planned, job);
        files = target.export_plan({*model, planned.plan, options.out, planned.measurements, job,
                                    [&](const Issue& issue) { issues.push_back(issue); }});
    }
    for (const Issue& issue : issues)
        print_message(issue_line(issue));
    if (options.common.json) {
        Json names = Json::array();
        for (const auto& file : files)
            names.push_back(file.string());
        session.out.json({{"target", target.name()}, {"files", std::move(names)}});
    } else {
        for (const auto& file : files)
            session.out.text("wrote " + file.string() + '\n');
    }
    return exit_done;
}

}  // namespace

void add_export_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command =
        app.add_subcommand("export", "Write a plan for the runtime that will serve the model");
    add_model_argument(*command, options->model);
    add_plan_options(*command, options->plan, options->scheme);
    command->add_option("--to", options->target, "The target (halfstep-cli targets lists them)")
        ->required()
        ->type_name("TARGET");
    command->add_option("-o,--output", options->out, "The file to write")->required()->type_name("OUT");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli export model.gguf --plan plan.json --to llama.cpp -o types.txt\n"
        "  halfstep-cli export model.safetensors --scheme int8 --to html -o report.html\n"
        "  halfstep-cli export model.onnx --scheme int8 --to onnx-qdq -o model-int8.onnx\n\n"
        "Targets that show errors measure the plan's schemes first, unless a workspace holds them.");
    command->callback([options, &chosen] {
        chosen = [options](Session& session) { return run_export(*options, session); };
    });
}

}  // namespace halfstep::cli
