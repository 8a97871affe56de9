// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/plain_text.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/base/figure_text.h"
#include "core/training/quantization_experiment.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;
using training::Evaluation;
using training::EvaluationSummary;
using training::ExperimentRequest;
using training::OptimizerSettings;
using training::SchemeOutcome;
using training::SeedOutcome;

struct TrainOptions {
    CommonOptions common;
    std::string data = "spirals";
    std::string optimizer = "adam";
    std::vector<std::size_t> layers;
    std::vector<int> bits;
    std::vector<std::string> schemes;
    int activation_bits = 0;
    std::size_t seeds = 5;
    std::uint64_t seed = 1;
    std::optional<std::size_t> steps;
    std::optional<std::size_t> more_steps;
    std::optional<std::size_t> batch;
    std::optional<float> rate;
};

// What is not given stays as it is by default.
ExperimentRequest request_for(const TrainOptions& options) {
    using enum OptimizerSettings::Kind;
    ExperimentRequest request =
        training::default_experiment(options.data, options.optimizer == "sgd" ? sgd : adam);
    if (!options.layers.empty()) request.layers = options.layers;
    if (!options.bits.empty() || !options.schemes.empty()) request.schemes.clear();
    for (const int bits : options.bits)
        request.schemes.push_back(scheme_argument(fmt::format("int{}:tensor", bits)));
    for (const std::string& text : options.schemes)
        request.schemes.push_back(scheme_argument(text));
    request.activation_bits = options.activation_bits;
    request.seeds.clear();
    for (std::size_t i = 0; i < options.seeds; ++i)
        request.seeds.push_back(options.seed + i);
    training::TrainingSettings& first = request.float_training;
    training::TrainingSettings& second = request.second_training;
    if (options.steps) {
        first.steps = *options.steps;
        second.steps = *options.steps / 2;
    }
    if (options.more_steps) second.steps = *options.more_steps;
    if (options.batch) first.batch_size = second.batch_size = *options.batch;
    if (options.rate) {
        const float change = *options.rate / first.rate;
        for (float* rate : {&first.rate, &first.last_rate, &second.rate, &second.last_rate})
            *rate *= change;
    }
    return request;
}

Json evaluation_json(const Evaluation& evaluation) {
    return {{"loss", json_number(evaluation.loss)}, {"accuracy", json_number(evaluation.accuracy)}};
}

Json summary_json(const EvaluationSummary& summary) {
    return {{"mean_loss", json_number(summary.mean_loss)},
            {"worst_loss", json_number(summary.worst_loss)},
            {"mean_accuracy", json_number(summary.mean_accuracy)},
            {"worst_accuracy", json_number(summary.worst_accuracy)}};
}

Json scheme_json(const SchemeOutcome& outcome) {
    Json seeds = Json::array();
    for (const SeedOutcome& seed : outcome.seeds)
        seeds.push_back(
            {{"seed", seed.seed}, {"ptq", evaluation_json(seed.ptq)}, {"qat", evaluation_json(seed.qat)}});
    return {{"scheme", to_string(outcome.scheme)},
            {"ptq", summary_json(summary_of(outcome.seeds, &SeedOutcome::ptq))},
            {"qat", summary_json(summary_of(outcome.seeds, &SeedOutcome::qat))},
            {"qat_below_ptq", outcome.qat_below_ptq()},
            {"qat_always_below_ptq", outcome.qat_always_below_ptq()},
            {"seeds", std::move(seeds)}};
}

Json document(const ExperimentRequest& request, const TrainOptions& options,
              const std::vector<SchemeOutcome>& outcomes) {
    const std::vector<SeedOutcome>& seeds = outcomes.front().seeds;
    Json float_seeds = Json::array();
    for (const SeedOutcome& seed : seeds) {
        Json json{{"seed", seed.seed}};
        json.update(evaluation_json(seed.float_network));
        float_seeds.push_back(std::move(json));
    }
    Json float_network = summary_json(summary_of(seeds, &SeedOutcome::float_network));
    float_network["seeds"] = std::move(float_seeds);
    Json schemes = Json::array();
    for (const SchemeOutcome& outcome : outcomes)
        schemes.push_back(scheme_json(outcome));
    return {{"data", request.data},
            {"layers", request.layers},
            {"optimizer", options.optimizer},
            {"steps", request.float_training.steps},
            {"more_steps", request.second_training.steps},
            {"activation_bits", request.activation_bits > 0 ? Json(request.activation_bits) : Json()},
            {"float", std::move(float_network)},
            {"schemes", std::move(schemes)}};
}

// Losses first; accuracies only where there are classes.
std::vector<std::string> row_of(const std::string& name, const EvaluationSummary& ptq,
                                const EvaluationSummary& qat, const std::string& below) {
    std::vector<std::string> row{name, short_number(ptq.mean_loss), short_number(qat.mean_loss),
                                 short_number(ptq.worst_loss), short_number(qat.worst_loss)};
    if (ptq.mean_accuracy) {
        row.push_back(percent(ptq.mean_accuracy));
        row.push_back(percent(qat.mean_accuracy));
    }
    row.push_back(below);
    return row;
}

std::string table_of(const std::vector<SchemeOutcome>& outcomes) {
    using enum TextTable::Align;
    const std::vector<SeedOutcome>& seeds = outcomes.front().seeds;
    const EvaluationSummary float_network = summary_of(seeds, &SeedOutcome::float_network);
    std::vector<TextTable::Column> columns{
        {"weights", left}, {"PTQ loss"}, {"QAT loss"}, {"PTQ worst"}, {"QAT worst"}};
    if (float_network.mean_accuracy)
        for (const char* title : {"PTQ right", "QAT right"})
            columns.push_back({title});
    columns.push_back({"QAT below PTQ"});
    TextTable table(std::move(columns));
    table.add_row(row_of("float", float_network, float_network, "-"));
    for (const SchemeOutcome& outcome : outcomes)
        table.add_row(row_of(to_string(outcome.scheme), summary_of(outcome.seeds, &SeedOutcome::ptq),
                             summary_of(outcome.seeds, &SeedOutcome::qat),
                             fmt::format("{} of {}", outcome.qat_below_ptq(), seeds.size())));
    return table.text();
}

std::string heading(const ExperimentRequest& request, const TrainOptions& options) {
    const std::size_t last = request.seeds.size() - 1;
    return fmt::format(
        "{}, network {}, {}, {} + {} steps, seeds {} to {}{}; held-out figures\n\n", request.data,
        fmt::join(request.layers, "-"), options.optimizer, request.float_training.steps,
        request.second_training.steps, request.seeds[0], request.seeds[last],
        request.activation_bits > 0 ? fmt::format(", activations of {} bits", request.activation_bits) : "");
}

std::string verdicts(const std::vector<SchemeOutcome>& outcomes) {
    std::string text = "\n";
    for (const SchemeOutcome& outcome : outcomes)
        text += outcome.qat_always_below_ptq()
                    ? fmt::format("{}: QAT ends below PTQ on every seed\n", to_string(outcome.scheme))
                    : fmt::format("{}: QAT ends below PTQ on {} of {} seeds, not on all\n",
                                  to_string(outcome.scheme), outcome.qat_below_ptq(), outcome.seeds.size());
    return text;
}

int train(const TrainOptions& options, Session& session) {
    const ExperimentRequest request = request_for(options);
    std::vector<SchemeOutcome> outcomes;
    {
        Progress progress("training");
        outcomes = training::compare_ptq_and_qat(
            request, session.job(options.common, [&](double fraction) { progress.show(fraction); }));
    }
    if (options.common.json)
        session.out.json(document(request, options, outcomes));
    else
        session.out.text(heading(request, options) + table_of(outcomes) + verdicts(outcomes));
    return exit_done;
}

void add_network_options(CLI::App& command, TrainOptions& options) {
    command.add_option("--data", options.data, "spirals and moons (two classes) or waves (regression)")
        ->type_name("NAME")
        ->check(CLI::IsMember(training::data_set_names()).description(""))
        ->capture_default_str();
    command
        .add_option("--layers", options.layers,
                    "Sizes from inputs to outputs (default: two hidden layers of 32)")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->check(CLI::Range(1, 512).description(""));
    command.add_option("--optimizer", options.optimizer, "adam or sgd (with momentum)")
        ->type_name("NAME")
        ->check(CLI::IsMember({"adam", "sgd"}).description(""))
        ->capture_default_str();
}

void add_quantization_options(CLI::App& command, TrainOptions& options) {
    command
        .add_option("--bits", options.bits, "Bits of the weights, with one scale a layer (default: 8,4,3,2)")
        ->type_name("B,B,...")
        ->delimiter(',')
        ->check(CLI::Range(2, 16).description(""));
    command
        .add_option("--scheme", options.schemes,
                    "A scheme for the weights, besides or instead of --bits; give it again for more")
        ->type_name("S")
        ->allow_extra_args(false);
    command
        .add_option("--activation-bits", options.activation_bits, "Quantize what enters each layer as well")
        ->type_name("B")
        ->check(CLI::Range(2, 16).description(""));
}

void add_run_options(CLI::App& command, TrainOptions& options) {
    command.add_option("--seeds", options.seeds, "How often to repeat it, each time with another seed")
        ->type_name("N")
        ->check(CLI::Range(1, 1000).description(""))
        ->capture_default_str();
    command.add_option("--seed", options.seed, "The first seed: of data, weights and order of examples")
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--steps", options.steps, "Steps of the float training (default: 2000)")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000).description(""));
    command
        .add_option("--more-steps", options.more_steps,
                    "Steps after that, as float and with quantization in the loop (default: half as many)")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000).description(""));
    command.add_option("--batch", options.batch, "Examples of a step (default: 64)")
        ->type_name("N")
        ->check(CLI::Range(1, 512).description(""));
    command
        .add_option("--rate", options.rate, "Learning rate of the first step (default: adam 0.01, sgd 0.05)")
        ->type_name("R")
        ->check(CLI::Range(1e-6, 10.0).description(""));
}

}  // namespace

void add_train_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = app.add_subcommand(
        "train",
        "Train small networks: quantized after training (PTQ) against quantization in the loop (QAT)");
    add_network_options(*command, *options);
    add_quantization_options(*command, *options);
    add_run_options(*command, *options);
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli train\n"
        "  halfstep-cli train --data waves --bits 4,3 --activation-bits 8 --seeds 10 --json\n"
        "  halfstep-cli train --scheme nf4 --scheme int4:channel:mse --layers 2,64,2\n\n"
        "For each seed a float network is trained, and then trained on: as float, and once for each scheme\n"
        "with quantization in the loop, by as many steps. PTQ quantizes the float network of all these "
        "steps.\n"
        "Losses (cross entropy or mean squared error) are means over the seeds, on examples that were never\n"
        "trained on; worst is the worst seed. The same command gives the same numbers on every machine.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return train(*options, session); }; });
}

}  // namespace halfstep::cli
