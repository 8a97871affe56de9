// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/imatrix_option.h"
#include "app/cli/plain_text.h"
#include "app/cli/planned.h"
#include "app/cli/progress.h"
#include "app/cli/text_table.h"
#include "core/base/figure_text.h"
#include "core/exports/export_target.h"
#include "core/exports/gguf/quantized_model.h"
#include "core/exports/onnx/quantized_onnx.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct QuantizeOptions {
    CommonOptions common;
    std::string model;
    std::string plan;
    std::string scheme;
    std::string out;
    std::string imatrix;
};

Json document(const QuantizedModel& written) {
    Json tensors = Json::array();
    for (const QuantizedTensor& tensor : written.tensors)
        tensors.push_back({{"name", tensor.tensor},
                           {"scheme", tensor.scheme},
                           {"bytes", tensor.bytes},
                           {"rel_error", tensor.rel_error ? Json(*tensor.rel_error) : Json()}});
    Json issues = Json::array();
    for (const Issue& issue : written.issues)
        issues.push_back(
            {{"tensor", issue.tensor.empty() ? Json() : Json(issue.tensor)}, {"message", issue.message}});
    return {{"file", written.file.string()},
            {"bytes", written.bytes},
            {"tensors", std::move(tensors)},
            {"issues", std::move(issues)}};
}

std::string table(const QuantizedModel& written) {
    using enum TextTable::Align;
    TextTable table({{"tensor", left}, {"scheme", left}, {"size", right}, {"rel_error", right}});
    for (const QuantizedTensor& tensor : written.tensors)
        table.add_row({tensor.tensor, tensor.scheme, size_text(tensor.bytes),
                       tensor.rel_error ? short_number(*tensor.rel_error) : "-"});
    return table.text();
}

int quantize(const QuantizeOptions& options, Session& session) {
    const auto scheme = plan_arguments(options.plan, options.scheme);
    const auto model = open_model(options.model, session.job(options.common));
    const Plan plan = load_planned(options.plan, scheme, *model).plan;
    const auto importance = importance_argument(options.imatrix, *model, session.job(options.common));
    const bool is_onnx = model->format() == "onnx";
    find_export_target(is_onnx ? "onnx-qdq" : "gguf").check({*model, plan, options.out});
    if (is_onnx && importance != nullptr)
        throw UsageError("--imatrix is for GGUF blocks, which ONNX does not know");
    QuantizedModel written;
    {
        Progress progress("writing");
        const JobContext job = session.job(options.common, [&](double fraction) { progress.show(fraction); });
        written = is_onnx ? write_quantized_onnx(*model, plan, options.out, job)
                          : write_quantized_model(*model, plan, options.out, job, importance.get());
    }
    for (const Issue& issue : written.issues)
        print_message(issue_line(issue));
    if (options.common.json)
        session.out.json(document(written));
    else
        session.out.text(fmt::format("{}\nwrote {}, {}\n", table(written), printable(written.file.string()),
                                     size_text(written.bytes)));
    return exit_done;
}

}  // namespace

void add_quantize_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<QuantizeOptions>();
    CLI::App* command = app.add_subcommand(
        "quantize", "Write the quantized model itself: GGUF that llama.cpp runs, or ONNX from ONNX");
    add_model_argument(*command, options->model);
    add_plan_options(*command, options->plan, options->scheme);
    command->add_option("-o,--output", options->out, "The file to write; may be the model itself")
        ->required()
        ->type_name("OUT");
    add_imatrix_option(
        *command, options->imatrix,
        "Quantize blocks with llama.cpp's importance matrix, as llama-quantize --imatrix does");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli quantize model.gguf --plan plan.json -o smaller.gguf\n"
        "  halfstep-cli quantize FOLDER --scheme q4_0 -o model-q4_0.gguf\n"
        "  halfstep-cli quantize model.onnx --scheme int8 -o model-int8.onnx\n\n"
        "FOLDER holds safetensors with config.json and tokenizer files, as from Hugging Face. Norms and "
        "vectors\n"
        "stay as llama.cpp wants them; where a row is no whole number of blocks, the type that llama.cpp\n"
        "would fall back to is taken, and said so. Weights of ONNX models are stored as codes with\n"
        "DequantizeLinear nodes after them (target onnx-qdq).");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return quantize(*options, session); }; });
}

}  // namespace halfstep::cli
