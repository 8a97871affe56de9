// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/allocation_options.h"
#include "app/cli/command.h"
#include "app/cli/device_option.h"
#include "app/cli/exit_code.h"
#include "app/cli/imatrix_option.h"
#include "app/cli/measured_tensors.h"
#include "app/cli/plain_text.h"
#include "app/cli/planned.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/allocation/sensitivity.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/figure_text.h"
#include "core/exports/target_options.h"
#include "core/quantize/measure.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct AllocateOptions {
    CommonOptions common;
    std::string model;
    AllocationOptions allocation;
    std::string sensitivity;
    std::string imatrix;
    std::string plan;
    std::string device;
    double seconds = 60;
};

// One way to choose, as it is compared with the others.
struct Method {
    std::string name;
    std::string scheme;  // of a uniform choice
    AllocationChoice choice;
};

struct Decision {
    Budget budget;
    BestChoice best;
    std::vector<Method> others;
    std::string among;  // the plans that the proof is about, "plans of …"; empty: all
};

Decision decide(const Allocation& allocation, const Budget& budget, const KnapsackLimits& limits) {
    Decision decision{budget, allocation.best(budget, limits), {}, {}};
    // A limit for the error has the bits of the best plan for its budget: what could others do with those?
    const Budget bits{Budget::Of::bits_per_weight, decision.best.bits_per_weight};
    const Budget& same = budget.of == Budget::Of::loss ? bits : budget;
    if (auto uniform = allocation.best_uniform(same))
        decision.others.push_back({"uniform", to_string(uniform->scheme), std::move(uniform->choice)});
    if (auto choice = allocation.closed_form(same))
        decision.others.push_back({"closed form", "", std::move(*choice)});
    if (auto choice = allocation.greedy(same)) decision.others.push_back({"greedy", "", std::move(*choice)});
    return decision;
}

double model_bits_per_weight(const AllocationProblem& problem, const AllocationChoice& choice) {
    const auto elements = static_cast<double>(problem.elements() + problem.other_elements);
    return elements > 0 ? static_cast<double>(choice.bits + problem.other_bits) / elements : 0;
}

Json method_json(const Method& method) {
    Json json{{"method", method.name}};
    if (!method.scheme.empty()) json["scheme"] = method.scheme;
    json["bits_per_weight"] = method.choice.bits_per_weight;
    json["bytes"] = method.choice.bytes;
    json["objective"] = method.choice.loss;
    return json;
}

Json document(const Allocation& allocation, const Decision& decision, const Sensitivities& sensitivities) {
    const BestChoice& best = decision.best;
    Json tensors = Json::object();
    for (std::size_t i = 0; i < allocation.problem().tensors.size(); ++i)
        tensors[allocation.problem().tensors[i].name] = to_string(allocation.scheme(best, i));
    Json others = Json::array();
    for (const Method& method : decision.others)
        others.push_back(method_json(method));
    Json issues = Json::array();
    for (const auto* list : {&sensitivities.issues, &allocation.issues()})
        for (const Issue& issue : *list)
            issues.push_back(
                {{"tensor", issue.tensor.empty() ? Json() : Json(issue.tensor)}, {"message", issue.message}});
    return {{"bits_per_weight", best.bits_per_weight},
            {"bytes", best.bytes},
            {"objective", best.loss},
            {"lower_bound", best.lower_bound},
            {"gap", best.gap},
            {"among", decision.among.empty() ? Json() : Json(decision.among)},
            {"model_bits_per_weight", model_bits_per_weight(allocation.problem(), best)},
            {"sensitivity", sensitivities.source},
            {"tensors", std::move(tensors)},
            {"comparison", std::move(others)},
            {"issues", std::move(issues)}};
}

std::string tensor_table(const Allocation& allocation, const BestChoice& best) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left},
                     {"scheme", left},
                     {"bits/weight", right},
                     {"size", right},
                     {"sensitivity", right},
                     {"rel. error", right},
                     {"of the loss", right}});
    for (std::size_t i = 0; i < allocation.problem().tensors.size(); ++i) {
        const AllocationTensor& tensor = allocation.problem().tensors[i];
        const Scheme& scheme = allocation.scheme(best, i);
        const AllocationOption& option = scheme.family == Family::keep ? tensor.kept : *tensor.find(scheme);
        const auto error = tensor.sensitivity > 0 ? std::optional(std::sqrt(option.loss / tensor.sensitivity))
                                                  : std::nullopt;
        table.add_row({tensor.name, to_string(scheme),
                       decimals(static_cast<double>(option.bits) / static_cast<double>(tensor.elements), 3),
                       size_text(option.bytes), short_number(tensor.sensitivity), percent(error),
                       best.loss > 0 ? percent(option.loss / best.loss) : "-"});
    }
    return table.text();
}

std::string comparison_table(const Allocation& allocation, const Decision& decision) {
    using enum TextTable::Align;
    TextTable table({{"plan", left},
                     {"bits/weight", right},
                     {"size", right},
                     {"objective", right},
                     {"times the best", right}});
    const auto add = [&](const std::string& name, const AllocationChoice& choice) {
        const double ratio = decision.best.loss > 0 ? choice.loss / decision.best.loss : 1;
        table.add_row({name, decimals(choice.bits_per_weight, 3), size_text(choice.bytes),
                       short_number(choice.loss), choice.loss > 0 ? decimals(ratio, 3) : "-"});
    };
    for (const Method& method : decision.others)
        add(method.scheme.empty() ? method.name : fmt::format("{} ({})", method.name, method.scheme),
            method.choice);
    add("best", decision.best);
    return fmt::format("{}\nsmallest possible {:.3f}, most exact {:.3f} bits a weight\n", table.text(),
                       allocation.smallest().bits_per_weight, allocation.most_exact().bits_per_weight);
}

std::string proof_line(const Decision& decision) {
    const BestChoice& best = decision.best;
    const char* what = decision.budget.of == Budget::Of::loss ? "fewer bits and no larger error"
                                                              : "less error within the budget";
    const std::string among = decision.among.empty() ? "" : fmt::format(", among {}", decision.among);
    if (best.proven()) return fmt::format("proven: no choice of these candidates has {}{}\n", what, among);
    return fmt::format(
        "not proven: stopped by the time limit; a choice with {} could be better by {} at most{}\n", what,
        percent(best.gap), among);
}

Sensitivities sensitivity_argument(const AllocateOptions& options, const Model& model,
                                   const JobContext& job) {
    if (options.sensitivity.empty()) return equal_sensitivities(model);
    return options.sensitivity == "role" ? sensitivities_by_role(model)
                                         : load_sensitivities(options.sensitivity, model, job);
}

std::vector<Scheme> schemes_to_measure(const AllocateOptions& options) {
    std::vector<Scheme> schemes = candidate_arguments(options.allocation);
    for (const PinArgument& pin : pin_arguments(options.allocation))
        schemes.push_back(pin.scheme);
    std::vector<Scheme> once;
    for (const Scheme& scheme : schemes)
        if (std::ranges::find(once, scheme) == once.end()) once.push_back(scheme);
    return once;
}

std::vector<TensorMeasurement> measure_all(const AllocateOptions& options, const Model& model,
                                           std::vector<Scheme> schemes, const Importance* importance,
                                           const Session& session) {
    std::erase_if(schemes, [](const Scheme& scheme) { return scheme.family == Family::keep; });
    Progress progress("measuring");
    return measure_tensors(model, tensors_to_measure(model, ""), schemes,
                           session.job(options.common, [&](double fraction) { progress.show(fraction); }),
                           importance);
}

// Weights that are not finite are left out of every figure, and most targets refuse them.
void tell_not_finite(const std::vector<TensorMeasurement>& measurements) {
    for (const TensorMeasurement& tensor : measurements) {
        const auto measured = std::ranges::find_if(
            tensor.results, [](const Measurement& result) { return result.refused.empty(); });
        if (measured != tensor.results.end() && measured->sums.count < tensor.elements)
            print_message(
                printable(fmt::format("{}: {} weights are NaN or infinite: they count for nothing, and "
                                      "targets that store weights refuse them",
                                      tensor.tensor, tensor.elements - measured->sums.count)));
    }
}

int allocate(const AllocateOptions& options, Session& session) {
    const Budget budget = budget_argument(options.allocation);
    const ExportTarget* target = target_argument(options.allocation);
    const std::vector<Scheme> schemes = schemes_to_measure(options);
    const auto device =
        options.device.empty() ? std::nullopt : std::optional(device_argument(options.device));
    const KnapsackLimits limits{
        .time = std::chrono::nanoseconds(static_cast<std::int64_t>(options.seconds * 1e9)),
        .stop = session.stop};
    const auto model = open_model(options.model, session.job(options.common));
    const Sensitivities sensitivities = sensitivity_argument(options, *model, session.job(options.common));
    refuse_model_file(*model, options.plan);
    if (!options.plan.empty()) check_writable(options.plan);
    const auto importance = importance_argument(options.imatrix, *model, session.job(options.common));
    if (importance) report_importance(*importance, tensors_to_measure(*model, ""));
    const auto measurements = measure_all(options, *model, schemes, importance.get(), session);
    tell_not_finite(measurements);
    AllocationProblem problem =
        allocation_problem(*model, schemes, measurements, sensitivities.values, importance != nullptr);
    if (target != nullptr)
        for (const std::string& note : leave_to_target(*target, *model, problem))
            print_message(printable(note));
    AllocationRules rules = allocation_rules(options.allocation, problem);
    const std::string among = target != nullptr ? add_target_rules(*target, *model, problem, rules) : "";
    const Allocation allocation(std::move(problem), rules);
    Decision decision = decide(allocation, budget, limits);
    decision.among = among;
    const Plan plan = allocation.plan(*model, decision.best);
    if (target != nullptr) check_for_target(*target, *model, plan);
    if (!options.plan.empty()) save_plan(plan, options.plan);

    for (const auto* list : {&sensitivities.issues, &allocation.issues()})
        for (const Issue& issue : *list)
            if (!issue.tensor.empty() || list == &sensitivities.issues ||
                !options.allocation.candidates.empty())
                print_message(issue_line(issue));
    const auto cost = device ? std::optional(device_cost(*model, plan, *device)) : std::nullopt;
    if (options.common.json) {
        Json json = document(allocation, decision, sensitivities);
        if (cost) json["device"] = device_json(*device, *cost);
        session.out.json(json);
    } else {
        session.out.text(tensor_table(allocation, decision.best) + '\n' +
                         comparison_table(allocation, decision) + proof_line(decision) +
                         (cost ? device_line(*device, *cost) : std::string()));
    }
    return exit_done;
}

// An empty shell variable is not to pass for an option that was left out.
std::string not_empty(const std::string& text) {
    return text.empty() ? "must not be empty" : "";
}

}  // namespace

void add_allocate_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<AllocateOptions>();
    CLI::App* command = app.add_subcommand(
        "allocate", "Choose a scheme for every tensor: the least error for a budget, proven");
    add_model_argument(*command, options->model);
    add_allocation_options(*command, options->allocation);
    command
        ->add_option(
            "--sensitivity", options->sensitivity,
            "How much each tensor's squared error counts: a file (JSON {\"name\": number}, CSV lines "
            "name,number, or an importance matrix of llama-imatrix), or the word role (default: all "
            "count 1)")
        ->type_name("FILE");
    add_imatrix_option(
        *command, options->imatrix,
        "Importance of the inputs (llama-imatrix): blocks are quantized with it, and errors are "
        "the weighted ones");
    command
        ->add_option("--device", options->device, "Also say what the plan costs there (halfstep-cli devices)")
        ->type_name("NAME")
        ->check(not_empty);
    command->add_option("--time", options->seconds, "Stop the proof after so many seconds (default 60)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, 1e6));
    command->add_option("-o,--output", options->plan, "Write the plan")->type_name("PLAN")->check(not_empty);
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli allocate model.safetensors --candidates int2:g64,int4:g64,int8:g64 --bits 4.5 -o "
        "plan.json\n"
        "  halfstep-cli allocate model.gguf --for gguf --bytes 3.9GB --pin 'output.weight=q6_K' --tie fused\n"
        "  halfstep-cli allocate model.safetensors --for bitsandbytes --bits 6 -o plan.json\n"
        "  halfstep-cli allocate model.gguf --candidates q4_K,q5_K,q6_K --bits 5 --sensitivity "
        "imatrix.gguf\n\n"
        "The objective is the sum of sensitivity times rel_error squared over the tensors that are chosen "
        "for\n"
        "(weights of matrix products, convolutions and embeddings); all others are kept. The plan is the "
        "best\n"
        "there is: lower_bound says how far any other could get, gap is (objective - "
        "lower_bound)/objective,\n"
        "0 but where the time ran out. With --error, the bound is one of bits. For comparison: the best\n"
        "single scheme that fits, the closed form of rate-distortion theory (rounded, then brought within "
        "the\n"
        "budget), and greedy steps. A scheme that cannot be applied to a tensor is no choice for it.\n"
        "With --for, tensors only get what the target stores as measured, and where it has one setting for\n"
        "the model or for each kind of module, the plan is the best of those that the proof names.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return allocate(*options, session); }; });
}

}  // namespace halfstep::cli
