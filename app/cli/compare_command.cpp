// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/plain_text.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/analysis/model_comparison.h"
#include "core/base/error.h"
#include "core/base/figure_text.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CompareOptions {
    CommonOptions common;
    std::string model;
    std::string original;
};

// The figures of `measure`, under the same names; none where nothing was compared.
void add_figures(Json& json, const ErrorSums& sums, bool known) {
    const auto number = [known](std::optional<double> value) { return known ? json_number(value) : Json(); };
    json["mse"] = number(mse(sums));
    json["rel_error"] = number(rel_error(sums));
    json["sqnr_db"] = number(sqnr_db(sums));
    json["max_abs_error"] = number(sums.max_abs_error);
    json["cosine"] = number(cosine(sums));
}

Json tensor_json(const ComparedTensor& tensor) {
    const bool known = tensor.refused.empty();
    Json json{{"name", tensor.name},         {"original", tensor.original},
              {"dtype", tensor.dtype},       {"original_dtype", tensor.original_dtype},
              {"elements", tensor.elements}, {"bits_per_weight", tensor.bits_per_weight},
              {"bytes", tensor.bytes},       {"rows_permuted", tensor.rows_permuted}};
    add_figures(json, tensor.sums, known);
    json["left_out"] = known ? Json(tensor.left_out) : Json();
    if (!known) json["refused"] = tensor.refused;
    return json;
}

Json document(const ModelComparison& comparison) {
    Json tensors = Json::array();
    for (const ComparedTensor& tensor : comparison.tensors)
        tensors.push_back(tensor_json(tensor));
    Json total{{"elements", comparison.elements},
               {"bits_per_weight", comparison.bits_per_weight()},
               {"bytes", comparison.bytes}};
    add_figures(total, comparison.sums, comparison.elements > 0);
    return {{"tensors", std::move(tensors)},
            {"total", std::move(total)},
            {"only_in_model", comparison.only_in_model},
            {"only_in_original", comparison.only_in_original}};
}

std::vector<std::string> figure_cells(double bits_per_weight, std::uint64_t bytes, const ErrorSums& sums) {
    const auto similarity = cosine(sums);
    return {decimals(bits_per_weight, 3),     size_text(bytes),
            percent(rel_error(sums)),         decimals(sqnr_db(sums), 2),
            short_number(sums.max_abs_error), similarity ? fmt::format("{:.6f}", *similarity) : ""};
}

// The worst tensor first.
std::string table_of(const ModelComparison& comparison) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left},
                     {"type", left},
                     {"original", left},
                     {"bits/weight", right},
                     {"size", right},
                     {"rel. error", right},
                     {"SQNR dB", right},
                     {"max |error|", right},
                     {"cosine", right}});
    std::vector<const ComparedTensor*> order;
    for (const ComparedTensor& tensor : comparison.tensors)
        order.push_back(&tensor);
    const auto badness = [](const ComparedTensor* tensor) {
        return tensor->refused.empty() ? rel_error(tensor->sums).value_or(-1) : -2;
    };
    std::ranges::stable_sort(order, std::greater(), badness);
    for (const ComparedTensor* tensor : order) {
        std::vector<std::string> row{tensor->name, tensor->dtype, tensor->original_dtype};
        if (tensor->refused.empty())
            std::ranges::move(figure_cells(tensor->bits_per_weight, tensor->bytes, tensor->sums),
                              std::back_inserter(row));
        else
            row.emplace_back("refused");
        table.add_row(std::move(row));
    }
    std::vector<std::string> total{"all together", "", ""};
    if (comparison.elements > 0)
        std::ranges::move(figure_cells(comparison.bits_per_weight(), comparison.bytes, comparison.sums),
                          std::back_inserter(total));
    table.add_row(std::move(total));
    return table.text();
}

std::string missing_lines(const char* where, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    std::string text = fmt::format("\nonly in {} ({}):\n", where, names.size());
    for (const std::string& name : names)
        text += "  " + printable(name) + '\n';
    return text;
}

// One line for each reason, however many tensors it holds for.
void report_problems(const ModelComparison& comparison) {
    std::map<std::string, std::vector<std::string>> tensors_of;
    for (const ComparedTensor& tensor : comparison.tensors) {
        if (!tensor.refused.empty()) tensors_of[tensor.refused].push_back(tensor.name);
        if (tensor.left_out > 0)
            print_message(fmt::format("'{}': {} elements are NaN or infinite and left out", tensor.name,
                                      tensor.left_out));
    }
    for (const auto& [reason, tensors] : tensors_of)
        print_message(fmt::format("'{}'{} not compared: {}", tensors.front(),
                                  tensors.size() == 1 ? "" : fmt::format(" and {} more", tensors.size() - 1),
                                  reason));
}

int compare(const CompareOptions& options, Session& session) {
    const auto model = open_model(options.model, session.job(options.common));
    const auto original = open_model(options.original, session.job(options.common));
    ModelComparison comparison;
    {
        Progress progress("comparing");
        comparison =
            compare_models(*model, *original,
                           session.job(options.common, [&](double fraction) { progress.show(fraction); }));
    }
    report_problems(comparison);
    if (options.common.json)
        session.out.json(document(comparison));
    else
        session.out.text(table_of(comparison) + missing_lines("MODEL", comparison.only_in_model) +
                         missing_lines("ORIGINAL", comparison.only_in_original));
    if (std::ranges::any_of(comparison.tensors,
                            [](const ComparedTensor& tensor) { return tensor.refused.empty(); }))
        return exit_done;
    session.out.finish();
    throw Error("no tensor of the two models could be compared", {options.model, {}, {}},
                "halfstep-cli inspect lists names and types");
}

}  // namespace

void add_compare_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command =
        app.add_subcommand("compare", "Compare a quantized model with the one it was made from");
    add_model_argument(*command, options->model);
    command->add_option("ORIGINAL", options->original, "The model it was made from")
        ->required()
        ->type_name("");
    add_common_options(*command, options->common);
    command->footer(
        "Example:\n"
        "  halfstep-cli compare model-Q4_K_M.gguf model.safetensors\n\n"
        "Tensors are matched by their names, or by those they have in GGUF files. The table starts with the\n"
        "worst tensor; rel. error is the root of (sum of squared errors / sum of squares of the original),\n"
        "SQNR the same in decibels.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return compare(*options, session); }; });
}

}  // namespace halfstep::cli
