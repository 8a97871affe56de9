// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/imatrix_option.h"

#include "app/cli/output.h"
#include "app/cli/plain_text.h"
#include "app/cli/text_table.h"
#include "core/analysis/importance_summary.h"
#include "core/base/figure_text.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<std::uint64_t>& number) {
    return number ? Json(*number) : Json();
}

std::string top_inputs(const ImportanceSummary& summary) {
    std::string text;
    for (const ImportanceSummary::Input& input : summary.top)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", input.index);
    return text;
}

std::string matrix_line(const Importance& importance) {
    const Imatrix& imatrix = importance.imatrix();
    std::string text =
        fmt::format("\nimportance matrix {}: {} of {} entries are for tensors of this model",
                    printable(importance.name()), importance.matched(), imatrix.entries.size());
    if (imatrix.chunk_count) text += fmt::format(", {} chunks", count_text(*imatrix.chunk_count));
    if (imatrix.chunk_size) text += fmt::format(" of {} tokens", count_text(*imatrix.chunk_size));
    for (const std::string& dataset : imatrix.datasets)
        text +=
            fmt::format("{}{}", &dataset == &imatrix.datasets.front() ? " of " : ", ", printable(dataset));
    return text + '\n';
}

}  // namespace

void add_imatrix_option(CLI::App& command, std::string& imatrix, const std::string& description) {
    command.add_option("--imatrix", imatrix, description)->type_name("FILE");
}

std::shared_ptr<const Importance> importance_argument(const std::string& imatrix, const Model& model,
                                                      const JobContext& job) {
    return imatrix.empty() ? nullptr : load_importance(imatrix, model, job);
}

void report_importance(const Importance& importance, std::span<const TensorInfo* const> tensors) {
    for (const Issue& issue : importance.issues())
        if (issue.tensor.empty() ||
            std::ranges::find(tensors, issue.tensor, &TensorInfo::name) != tensors.end())
            print_message(fmt::format("{}{}", issue.tensor.empty() ? "" : printable(issue.tensor) + ": ",
                                      printable(issue.message)));
    const auto unknown = std::ranges::count_if(
        tensors, [&](const TensorInfo* tensor) { return importance.find(tensor->name) == nullptr; });
    if (unknown > 0)
        print_message(
            fmt::format("{} of {} tensors are not in the importance matrix: they are measured "
                        "without",
                        unknown, tensors.size()));
}

Json importance_json(const Importance& importance) {
    const Imatrix& imatrix = importance.imatrix();
    return {{"path", imatrix.path.string()},
            {"form", imatrix.form == Imatrix::Form::gguf ? "gguf" : "dat"},
            {"datasets", imatrix.datasets},
            {"chunk_count", number_or_null(imatrix.chunk_count)},
            {"chunk_size", number_or_null(imatrix.chunk_size)},
            {"entries", imatrix.entries.size()},
            {"matched", importance.matched()},
            {"unmatched", importance.unmatched()}};
}

Json importance_json(const TensorImportance* importance) {
    if (importance == nullptr) return {};
    const ImportanceSummary summary = summarize_importance(*importance, 5);
    Json top = Json::array();
    for (const ImportanceSummary::Input& input : summary.top)
        top.push_back({{"input", input.index}, {"importance", input.importance}});
    return {{"count", summary.count},       {"matrices", importance->matrices()},
            {"inputs", summary.inputs},     {"min", summary.min},
            {"mean", summary.mean},         {"max", summary.max},
            {"top_inputs", std::move(top)}, {"top_hundredth_share", summary.top_hundredth_share}};
}

std::string importance_text(const Importance& importance, const Model& model) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left},
                     {"count", right},
                     {"min", right},
                     {"mean", right},
                     {"max", right},
                     {"in top 1 %", right},
                     {"top inputs", left}});
    for (const TensorInfo& tensor : model.tensors()) {
        const TensorImportance* found = importance.find(tensor.name);
        if (found == nullptr) continue;
        const ImportanceSummary summary = summarize_importance(*found);
        table.add_row({tensor.name, count_text(static_cast<std::uint64_t>(std::max(summary.count, 0.0))),
                       short_number(summary.min), short_number(summary.mean), short_number(summary.max),
                       percent(summary.top_hundredth_share), top_inputs(summary)});
    }
    return matrix_line(importance) + table.text();
}

}  // namespace halfstep::cli
