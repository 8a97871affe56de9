// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/plain_text.h"
#include "app/cli/progress.h"
#include "app/cli/sample_path.h"
#include "app/cli/text_table.h"
#include "core/base/figure_text.h"
#include "core/claims/claims.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ClaimsOptions {
    CommonOptions common;
    std::vector<std::string> only;
    std::string model;
    bool scale = false;
    bool figures = false;
};

std::string known_ids() {
    std::vector<std::string_view> ids;
    for (const Claim* claim : all_claims())
        ids.push_back(claim->id);
    return fmt::format("{}", fmt::join(ids, ", "));
}

std::vector<const Claim*> chosen_claims(const ClaimsOptions& options) {
    for (const std::string& id : options.only)
        if (find_claim(id) == nullptr)
            throw UsageError(fmt::format("there is no claim '{}'; there are {}", printable(id), known_ids()));
    std::vector<const Claim*> claims;
    for (const Claim* claim : all_claims()) {
        const bool named = std::ranges::find(options.only, claim->id) != options.only.end();
        if (claim->at_scale ? named || options.scale : named || options.only.empty()) claims.push_back(claim);
    }
    return claims;
}

ClaimInputs inputs_of(const ClaimsOptions& options, const JobContext& job) {
    if (!options.model.empty()) return {open_model(options.model, job), "model"};
    const auto sample = sample_path();
    return {sample ? open_model(*sample, job) : nullptr, "sample"};
}

Json figures_json(const std::vector<ClaimFigure>& all) {
    Json figures = Json::array();
    for (const ClaimFigure& figure : all)
        figures.push_back(
            {{"name", figure.name}, {"value", json_number(figure.value)}, {"unit", figure.unit}});
    return figures;
}

Json claim_json(const ClaimResult& result) {
    const Claim& claim = *result.claim;
    const ClaimFinding& finding = result.finding;
    return {{"id", claim.id},
            {"statement", claim.statement},
            {"source", {{"work", claim.work}, {"where", claim.where}}},
            {"measured", claim.measured},
            {"weights", finding.weights},
            {"figures", figures_json(finding.figures)},
            {"verdict", verdict_name(finding.verdict)},
            {"explanation", finding.explanation.text()},
            {"timings", figures_json(finding.timings)},
            {"counterexample", finding.counterexample.empty() ? Json() : Json(finding.counterexample.text())},
            {"seconds", result.seconds}};
}

Json document(const std::vector<ClaimResult>& results, const ClaimInputs& inputs) {
    Json claims = Json::array();
    for (const ClaimResult& result : results)
        claims.push_back(claim_json(result));
    return {{"model", inputs.sample ? Json(inputs.sample->path().string()) : Json()},
            {"claims", std::move(claims)}};
}

constexpr std::size_t line_width = 100;

// A paragraph under a label, its lines one below the other.
std::string paragraph(std::string_view label, const std::string& text) {
    constexpr std::size_t indent = 11;
    std::string lines = fmt::format("  {:<9}", label);
    std::size_t column = indent;
    for (std::size_t first = 0; first < text.size();) {
        const std::size_t end = std::min(text.find(' ', first), text.size());
        const std::string word = text.substr(first, end - first);
        if (column > indent && column + 1 + word.size() > line_width) {
            lines += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += word.size();
        first = end + 1;
    }
    return lines + '\n';
}

std::string figure_lines(const ClaimFinding& finding) {
    std::size_t widest = 0;
    for (const ClaimFigure& figure : finding.figures)
        widest = std::max(widest, short_number(figure.value).size());
    std::string lines;
    for (const ClaimFigure& figure : finding.figures)
        lines += fmt::format("    {:>{}} {:<4} {}\n", short_number(figure.value), widest, figure.unit,
                             printable(figure.name));
    return lines;
}

std::string claim_text(const ClaimResult& result, bool figures) {
    const Claim& claim = *result.claim;
    const ClaimFinding& finding = result.finding;
    std::string text = fmt::format("{}: {}\n", claim.id, verdict_name(finding.verdict));
    text += paragraph("claim", std::string(claim.statement));
    text += paragraph("source", fmt::format("{}; {}", claim.work, claim.where));
    text +=
        paragraph("measured", fmt::format("{} On: {}.", claim.measured, fmt::join(finding.weights, ", ")));
    text += paragraph("found", finding.explanation.text());
    if (!finding.counterexample.empty()) text += paragraph("shown by", finding.counterexample.text());
    for (const ClaimFigure& timing : finding.timings)
        text += paragraph("took", fmt::format("{:.1f} {}", timing.value, timing.name));
    return text + (figures ? figure_lines(finding) : std::string()) + '\n';
}

std::string table_of(const std::vector<ClaimResult>& results) {
    using enum TextTable::Align;
    TextTable table({{"claim", left}, {"verdict", left}, {"seconds", right}});
    for (const ClaimResult& result : results)
        table.add_row({std::string(result.claim->id), std::string(verdict_name(result.finding.verdict)),
                       decimals(result.seconds, 1)});
    return table.text();
}

int claims(const ClaimsOptions& options, Session& session) {
    const std::vector<const Claim*> chosen = chosen_claims(options);
    const ClaimInputs inputs = inputs_of(options, session.job(options.common));
    if (!inputs.sample)
        print_message(
            "the bundled sample is not there: all claims are measured on random weights only (--model "
            "names another model)");
    std::vector<ClaimResult> results;
    {
        Progress progress("measuring");
        results = measure_claims(
            chosen, inputs, session.job(options.common, [&](double fraction) { progress.show(fraction); }));
    }
    if (options.common.json) {
        session.out.json(document(results, inputs));
        return exit_done;
    }
    for (const ClaimResult& result : results)
        session.out.text(claim_text(result, options.figures));
    session.out.text(table_of(results));
    return exit_done;
}

}  // namespace

void add_claims_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<ClaimsOptions>();
    CLI::App* command =
        app.add_subcommand("claims", "Put what textbooks and papers say about quantization to the test");
    command->add_option("--only", options->only, "Only these claims (default: all but those at scale)")
        ->type_name("ID,...")
        ->delimiter(',');
    command->add_option("--model", options->model, "Real weights to measure on (default: the bundled sample)")
        ->type_name("FILE");
    command->add_flag(
        "--scale", options->scale,
        "Also the claims on models of 10 million to 1 billion weights, made on the fly: a minute or more");
    command->add_flag("--figures", options->figures, "Print every figure that was measured");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli claims\n"
        "  halfstep-cli claims --only log2-error,nf4 --figures\n\n"
        "Each claim is measured with the engine on random weights, which are the same on every machine, and "
        "on\n"
        "the sample model; its verdict follows from the figures. What does not hold is shown by a case in "
        "which\n"
        "it fails.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return claims(*options, session); }; });
}

}  // namespace halfstep::cli
