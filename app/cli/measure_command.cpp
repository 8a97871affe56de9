// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/imatrix_option.h"
#include "app/cli/measured_tensors.h"
#include "app/cli/plain_text.h"
#include "app/cli/planned.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/analysis/statistics.h"
#include "core/base/error.h"
#include "core/base/figure_text.h"
#include "core/quantize/measure.h"
#include "core/store/workspace.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct MeasureOptions {
    CommonOptions common;
    std::string model;
    std::vector<std::string> schemes;
    std::string tensors;
    std::string workspace;
    std::string imatrix;
};

// scale and zero_point only where there is one for the whole tensor, weighted_rel_error only where importance
// is known of any; a refused scheme has no numbers.
Json result_json(const Measurement& result, bool weighted) {
    const bool refused = !result.refused.empty();
    const auto number = [refused](std::optional<double> value) {
        return refused ? Json() : json_number(value);
    };
    Json json{{"scheme", to_string(result.scheme)},
              {"bits_per_weight", number(result.bits_per_weight)},
              {"bytes", refused ? Json() : Json(result.bytes)},
              {"mse", number(mse(result.sums))},
              {"rel_error", number(rel_error(result.sums))},
              {"sqnr_db", number(sqnr_db(result.sums))},
              {"max_abs_error", number(result.sums.max_abs_error)},
              {"cosine", number(cosine(result.sums))},
              {"clipped", number(clipped_share(result.sums))}};
    if (weighted) json["weighted_rel_error"] = number(result.weighted_rel_error());
    if (refused) json["refused"] = result.refused;
    if (!refused && result.scale) json["scale"] = *result.scale;
    if (!refused && result.zero_point) json["zero_point"] = *result.zero_point;
    return json;
}

Json document(const std::vector<TensorMeasurement>& measurements, const Importance* importance) {
    Json tensors = Json::array();
    for (const TensorMeasurement& tensor : measurements) {
        Json results = Json::array();
        for (const Measurement& result : tensor.results)
            results.push_back(result_json(result, importance != nullptr));
        tensors.push_back(
            {{"name", tensor.tensor}, {"elements", tensor.elements}, {"results", std::move(results)}});
    }
    Json json{{"tensors", std::move(tensors)}};
    if (importance != nullptr) json["importance"] = importance_json(*importance);
    return json;
}

// One row of figures; with importance loaded, the weighted error stands beside the plain one.
struct Figures {
    double bits_per_weight = 0;
    std::uint64_t bytes = 0;
    ErrorSums sums;
    std::optional<double> weighted_rel_error;
};

std::vector<std::string> figure_cells(const Figures& figures, bool weighted) {
    const ErrorSums& sums = figures.sums;
    std::vector<std::string> cells{decimals(figures.bits_per_weight, 3), size_text(figures.bytes),
                                   percent(rel_error(sums))};
    if (weighted) cells.push_back(percent(figures.weighted_rel_error));
    for (std::string cell :
         {decimals(sqnr_db(sums), 2), short_number(sums.max_abs_error), percent(clipped_share(sums))})
        cells.push_back(std::move(cell));
    return cells;
}

TextTable figure_table(const char* first, const char* second, bool weighted) {
    using enum TextTable::Align;
    std::vector<TextTable::Column> columns{
        {first, left}, {second, left}, {"bits/weight", right}, {"size", right}, {"rel. error", right}};
    if (weighted) columns.push_back({"weighted", right});
    for (const char* title : {"SQNR dB", "max |error|", "clipped"})
        columns.push_back({title, right});
    return TextTable(std::move(columns));
}

double badness(const TensorMeasurement& tensor) {
    const Measurement& result = tensor.results.front();
    return result.refused.empty() ? rel_error(result.sums).value_or(-1) : -2;
}

// Tensor by tensor; one scheme alone is a ranking, the worst tensor first.
std::string tensor_table(const std::vector<TensorMeasurement>& measurements, std::size_t schemes,
                         bool weighted) {
    std::vector<const TensorMeasurement*> order;
    for (const TensorMeasurement& tensor : measurements)
        order.push_back(&tensor);
    if (schemes == 1)
        std::ranges::stable_sort(order,
                                 [](const auto* a, const auto* b) { return badness(*a) > badness(*b); });

    TextTable table = figure_table("tensor", "scheme", weighted);
    for (const TensorMeasurement* tensor : order) {
        for (const Measurement& result : tensor->results) {
            const bool first = &result == &tensor->results.front();
            std::vector<std::string> row{first ? tensor->tensor : "", to_string(result.scheme)};
            if (!result.refused.empty())
                row.emplace_back("refused");
            else
                std::ranges::move(figure_cells({result.bits_per_weight, result.bytes, result.sums,
                                                result.weighted_rel_error()},
                                               weighted),
                                  std::back_inserter(row));
            table.add_row(std::move(row));
        }
    }
    return table.text();
}

struct SchemeTotal {
    std::size_t tensors = 0;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;
    double bits = 0;
    ErrorSums sums;
    WeightedSums weighted;
};

// All tensors together, scheme by scheme.
std::string scheme_table(const std::vector<TensorMeasurement>& measurements, std::size_t schemes,
                         bool weighted) {
    TextTable table = figure_table("scheme", "tensors", weighted);
    for (std::size_t i = 0; i < schemes; ++i) {
        SchemeTotal total;
        for (const TensorMeasurement& tensor : measurements) {
            const Measurement& result = tensor.results[i];
            if (!result.refused.empty()) continue;
            ++total.tensors;
            total.elements += tensor.elements;
            total.bytes += result.bytes;
            total.bits += result.bits_per_weight * static_cast<double>(tensor.elements);
            total.sums += result.sums;
            if (result.weighted) total.weighted += *result.weighted;
        }
        std::vector<std::string> row{to_string(measurements.front().results[i].scheme),
                                     fmt::format("{} of {}", total.tensors, measurements.size())};
        if (total.elements > 0)
            std::ranges::move(figure_cells({total.bits / static_cast<double>(total.elements), total.bytes,
                                            total.sums, rel_error(total.weighted)},
                                           weighted),
                              std::back_inserter(row));
        table.add_row(std::move(row));
    }
    return table.text();
}

// One line for each reason, however many tensors it holds for. Returns whether anything was measured at all.
bool report_refusals_and_issues(const std::vector<TensorMeasurement>& measurements) {
    bool any_measured = false;
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> tensors_of;
    for (const TensorMeasurement& tensor : measurements) {
        for (const Measurement& result : tensor.results) {
            const std::string scheme = to_string(result.scheme);
            any_measured = any_measured || result.refused.empty();
            if (!result.refused.empty())
                tensors_of[{scheme + " refused", result.refused}].push_back(tensor.tensor);
            for (const Issue& issue : result.issues)
                tensors_of[{scheme, issue.message}].push_back(tensor.tensor);
        }
    }
    for (const auto& [what, tensors] : tensors_of)
        print_message(fmt::format("{} for '{}'{}: {}", what.first, tensors.front(),
                                  tensors.size() == 1 ? "" : fmt::format(" and {} more", tensors.size() - 1),
                                  what.second));
    return any_measured;
}

// Errors are those of the second quantization alone.
void note_quantized(std::span<const TensorInfo* const> tensors) {
    const auto quantized =
        std::ranges::count_if(tensors, [](const TensorInfo* tensor) { return tensor->quantized(); });
    if (quantized > 0)
        print_message(
            fmt::format("{} of {} tensors are quantized already: errors are measured against what they are "
                        "dequantized to",
                        quantized, tensors.size()));
}

void write_workspace(const MeasureOptions& options, const Model& model, const Session& session,
                     const std::vector<TensorMeasurement>& measurements) {
    Progress progress("statistics");
    Workspace workspace = describe_model(model);
    workspace.statistics = compute_all_statistics(
        model, session.job(options.common, [&](double fraction) { progress.show(fraction); }));
    workspace.measurements = measurements;
    save_workspace(workspace, options.workspace);
}

int measure(const MeasureOptions& options, Session& session) {
    std::vector<Scheme> schemes;
    for (const std::string& text : options.schemes)
        schemes.push_back(scheme_argument(text));
    if (!options.tensors.empty())
        NamePattern{options.tensors};  // a bad one is told before the model is opened

    const auto model = open_model(options.model, session.job(options.common));
    refuse_model_file(*model, options.workspace);
    const std::vector<const TensorInfo*> tensors = tensors_to_measure(*model, options.tensors);
    note_quantized(tensors);
    const auto importance = importance_argument(options.imatrix, *model, session.job(options.common));
    if (importance) report_importance(*importance, tensors);
    std::vector<TensorMeasurement> measurements;
    {
        Progress progress("measuring");
        measurements = measure_tensors(
            *model, tensors, schemes,
            session.job(options.common, [&](double fraction) { progress.show(fraction); }), importance.get());
    }
    if (!options.workspace.empty()) write_workspace(options, *model, session, measurements);

    const bool any_measured = report_refusals_and_issues(measurements);
    if (options.common.json)
        session.out.json(document(measurements, importance.get()));
    else
        session.out.text(tensor_table(measurements, schemes.size(), importance != nullptr) + '\n' +
                         scheme_table(measurements, schemes.size(), importance != nullptr));
    if (any_measured) return exit_done;
    session.out.finish();
    throw Error("none of the schemes can be applied to any of the tensors", {options.model, {}, {}},
                "halfstep-cli schemes lists the formats");
}

}  // namespace

void add_measure_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<MeasureOptions>();
    CLI::App* command =
        app.add_subcommand("measure", "Measure what schemes would do to the tensors of a model");
    add_model_argument(*command, options->model);
    command->add_option("--scheme", options->schemes, "A scheme to measure; give it again for more")
        ->required()
        ->type_name("S")
        ->allow_extra_args(false);
    command
        ->add_option("--tensors", options->tensors,
                     "Measure the tensors whose whole name matches, instead of all weights of matrix "
                     "products, convolutions and embeddings")
        ->type_name("REGEX");
    command
        ->add_option("-o,--output", options->workspace,
                     "Also write statistics and measurements to a workspace (HDF5)")
        ->type_name("FILE.h5");
    add_imatrix_option(*command, options->imatrix,
                       "Importance of the inputs (llama-imatrix): GGUF blocks are quantized with it as "
                       "llama-quantize does, and errors are weighted with it as well");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli measure model.safetensors --scheme int8 --scheme int4:g128:mse\n"
        "  halfstep-cli measure model.gguf --scheme q4_0 --tensors '.*ffn_down.*' --json\n"
        "  halfstep-cli measure model.gguf --scheme q4_K --imatrix imatrix.gguf\n\n"
        "rel. error is the root of (sum of squared errors / sum of squares); SQNR is the same in decibels\n"
        "(higher is better); clipped is the share of weights outside the range; weighted is the rel. error\n"
        "with every weight's importance as a factor in both sums. With --json, a figure that\n"
        "does not exist is null, and a scheme that cannot be applied to a tensor has \"refused\" with the\n"
        "reason. With one scheme, the table starts with the worst tensor. halfstep-cli schemes explains\n"
        "the notation.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return measure(*options, session); }; });
}

}  // namespace halfstep::cli
