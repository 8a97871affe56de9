// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/imatrix_option.h"
#include "app/cli/plain_text.h"
#include "app/cli/planned.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/allocation/recipe.h"
#include "core/analysis/statistics.h"
#include "core/base/figure_text.h"
#include "core/model_files/model.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;
using Statistics = std::vector<std::optional<TensorStatistics>>;

struct InspectOptions {
    CommonOptions common;
    std::string model;
    bool no_stats = false;
    std::string plan;
    std::string plan_for;
    std::string imatrix;
};

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "error";
}

// What the files say, and the values in the model that are not numbers.
std::vector<Issue> all_issues(const Model& model, const Statistics& statistics,
                              const Importance* importance) {
    std::vector<Issue> issues = model.issues();
    if (importance != nullptr)
        issues.insert(issues.end(), importance->issues().begin(), importance->issues().end());
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        const auto& found = statistics[i];
        if (!found || found->nans + found->infs == 0) continue;
        std::string message = fmt::format("{} NaN and {} infinite values", found->nans, found->infs);
        if (found->first_non_finite)
            message += fmt::format(", the first at element {}", *found->first_non_finite);
        issues.push_back({Severity::warning, model.tensors()[i].name, std::move(message)});
    }
    return issues;
}

Json model_json(const Model& model) {
    return {{"path", model.path().string()},
            {"format", model.format()},
            {"architecture", model.architecture().empty() ? Json() : Json(model.architecture())},
            {"tensors", model.tensors().size()},
            {"parameters", model.parameters()},
            {"bytes", model.bytes()}};
}

// A tensor without a finite value has counts, but neither limits nor moments; equal values have no kurtosis.
Json tensor_json(const TensorInfo& tensor, const std::optional<TensorStatistics>& statistics) {
    const auto moment = [&](double TensorStatistics::*member) {
        return statistics && statistics->count > 0 ? Json(*statistics.*member) : Json();
    };
    const auto count = [&](std::uint64_t TensorStatistics::*member) {
        return statistics ? Json(*statistics.*member) : Json();
    };
    // Of a hundred thousand tensors: member by member takes a third of the time that lists of pairs take.
    Json json = Json::object();
    auto& members = json.get_ref<Json::object_t&>();
    members.reserve(18);
    const auto add = [&](const char* name, Json value) { members.emplace_back(name, std::move(value)); };
    add("name", tensor.name);
    add("dtype", tensor.dtype_name);
    add("shape", tensor.shape);
    add("role", role_name(tensor.role));
    add("quantizable", tensor.quantizable);
    add("channel_axis", tensor.channel_axis ? Json(*tensor.channel_axis) : Json());
    add("input_axis", tensor.input_axis ? Json(*tensor.input_axis) : Json());
    add("elements", tensor.elements);
    add("min", moment(&TensorStatistics::min));
    add("max", moment(&TensorStatistics::max));
    add("mean", moment(&TensorStatistics::mean));
    add("std", moment(&TensorStatistics::std));
    add("abs_max", moment(&TensorStatistics::abs_max));
    add("kurtosis", statistics && statistics->std > 0 ? Json(statistics->kurtosis) : Json());
    add("zeros", count(&TensorStatistics::zeros));
    add("nans", count(&TensorStatistics::nans));
    add("infs", count(&TensorStatistics::infs));
    return json;
}

void print_document(const Model& model, const Statistics& statistics, const Importance* importance,
                    Output& out) {
    Json issues = Json::array();
    for (const Issue& issue : all_issues(model, statistics, importance))
        issues.push_back({{"severity", severity_name(issue.severity)},
                          {"tensor", issue.tensor.empty() ? Json() : Json(issue.tensor)},
                          {"message", issue.message}});
    Json after{{"issues", std::move(issues)}};
    if (importance != nullptr) after["importance"] = importance_json(*importance);
    const auto tensor = [&](std::size_t i) {
        Json json = tensor_json(model.tensors()[i], statistics[i]);
        if (importance != nullptr)
            json["importance"] = importance_json(importance->find(model.tensors()[i].name));
        return json;
    };
    out.json({{"model", model_json(model)}}, "tensors", model.tensors().size(), tensor, after);
}

// "q4_0 37 tensors, 4.50 bits; f32 11 tensors, 32.00 bits: 4.56 bits per weight".
std::string recipe_line(const Model& model) {
    std::string text;
    for (const RecipeLine& line : recipe_summary(model))
        text += fmt::format("{}{} {} tensor{}, {} bits", text.empty() ? "" : "; ", printable(line.dtype),
                            count_text(line.tensors), line.tensors == 1 ? "" : "s",
                            decimals(line.bits_per_weight(), 2));
    return text.empty()
               ? text
               : fmt::format("{}: {} bits per weight\n", text, decimals(stored_bits_per_weight(model), 2));
}

std::string summary(const Model& model) {
    return fmt::format("{}\n{}{}, {} tensors, {} parameters, {}\n{}\n", printable(model.path().string()),
                       model.format(),
                       model.architecture().empty() ? "" : ", " + printable(model.architecture()),
                       count_text(model.tensors().size()), count_text(model.parameters()),
                       size_text(model.bytes()), recipe_line(model));
}

std::string header_table(const Model& model) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left}, {"type", left}, {"shape", left}, {"role", left}, {"size", right}});
    for (const TensorInfo& tensor : model.tensors())
        table.add_row({tensor.name, tensor.dtype_name, shape_text(tensor.shape),
                       std::string(role_name(tensor.role)), size_text(tensor.bytes)});
    return table.text();
}

std::string statistics_table(const Model& model, const Statistics& statistics) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left},
                     {"type", left},
                     {"shape", left},
                     {"min", right},
                     {"max", right},
                     {"mean", right},
                     {"std", right},
                     {"kurtosis", right},
                     {"zeros", right}});
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        const TensorInfo& tensor = model.tensors()[i];
        std::vector<std::string> row{tensor.name, tensor.dtype_name, shape_text(tensor.shape)};
        if (const auto& found = statistics[i]; found && found->count > 0)
            for (std::string cell :
                 {short_number(found->min), short_number(found->max), fmt::format("{:.1e}", found->mean),
                  short_number(found->std), decimals(found->kurtosis, 2), count_text(found->zeros)})
                row.push_back(std::move(cell));
        table.add_row(std::move(row));
    }
    return table.text();
}

std::string issue_lines(const std::vector<Issue>& issues) {
    std::string text = issues.empty() ? "" : "\n";
    for (const Issue& issue : issues)
        text +=
            fmt::format("{}: {}{}\n", severity_name(issue.severity),
                        issue.tensor.empty() ? "" : printable(issue.tensor) + ": ", printable(issue.message));
    return text;
}

// The recipe as a plan, for the model itself or for another one.
void write_plan(const InspectOptions& options, const Model& model, const Session& session) {
    refuse_model_file(model, options.plan);
    if (options.plan_for.empty()) return save_plan(recipe_of(model), options.plan);
    const auto target = open_model(options.plan_for, session.job(options.common));
    refuse_model_file(*target, options.plan);
    save_plan(recipe_for(*target, model), options.plan);
}

int inspect(const InspectOptions& options, Session& session) {
    if (!options.plan_for.empty() && options.plan.empty())
        throw UsageError("--for says for which model the plan is that --output writes, which is missing");
    const auto model = open_model(options.model, session.job(options.common));
    const auto importance = importance_argument(options.imatrix, *model, session.job(options.common));
    if (!options.plan.empty()) write_plan(options, *model, session);
    Statistics statistics(model->tensors().size());
    if (!options.no_stats) {
        Progress progress("reading");
        statistics = compute_all_statistics(
            *model, session.job(options.common, [&](double fraction) { progress.show(fraction); }));
    }
    if (options.common.json) {
        print_document(*model, statistics, importance.get(), session.out);
    } else {
        session.out.text(summary(*model) +
                         (options.no_stats ? header_table(*model) : statistics_table(*model, statistics)) +
                         (importance ? importance_text(*importance, *model) : "") +
                         issue_lines(all_issues(*model, statistics, importance.get())));
    }
    return exit_done;
}

}  // namespace

void add_inspect_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<InspectOptions>();
    CLI::App* command = app.add_subcommand("inspect", "List a model's tensors with their statistics");
    add_model_argument(*command, options->model);
    command->add_flag("--no-stats", options->no_stats,
                      "Names, types and shapes from the headers alone, at once whatever the model's size");
    command
        ->add_option("-o,--output", options->plan,
                     "Also write the recipe, the scheme that each tensor is stored in, as a plan")
        ->type_name("PLAN");
    command
        ->add_option("--for", options->plan_for,
                     "Write that plan for another model, whose tensors are found by their names here or in "
                     "GGUF")
        ->type_name("MODEL");
    add_imatrix_option(*command, options->imatrix,
                       "Also show how much the inputs of the tensors matter (llama-imatrix)");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli inspect model.safetensors\n"
        "  halfstep-cli inspect --json model.gguf | jq '.tensors[] | select(.kurtosis > 10).name'\n"
        "  halfstep-cli inspect --no-stats q4.gguf -o plan.json --for original.safetensors\n\n"
        "Statistics are over the finite values; tensors of a type that cannot be measured have none.\n"
        "Quantized tensors are looked at as what they are dequantized to.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return inspect(*options, session); }; });
}

}  // namespace halfstep::cli
