// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/imatrix_option.h"
#include "app/cli/plain_text.h"
#include "app/cli/progress.h"
#include "core/analysis/trace_text.h"
#include "core/analysis/weight_tracer.h"
#include "core/base/error.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ExplainOptions {
    CommonOptions common;
    std::string model;
    std::string tensor;
    std::string element;
    std::string scheme = "keep";
    std::string imatrix;
};

// "R,C"
MatrixPlace place_argument(const std::string& text) {
    MatrixPlace place;
    const char* end = text.data() + text.size();
    const auto row = std::from_chars(text.data(), end, place.row);
    if (row.ec == std::errc() && row.ptr != end && *row.ptr == ',') {
        const auto input = std::from_chars(row.ptr + 1, end, place.input);
        if (input.ec == std::errc() && input.ptr == end) return place;
    }
    throw UsageError(fmt::format("'{}' is no place of a weight: ROW,COLUMN, both counted from 0", text));
}

Json number_json(const TraceNumber& number) {
    if (number.kind == NumberKind::integer) return static_cast<std::int64_t>(number.value);
    return json_number(number.value);
}

Json place_json(MatrixPlace place) {
    return Json::array({place.row, place.input});
}

Json unit_json(const TraceUnit& unit) {
    const TraceWording words;
    return {{"kind", words.unit(unit.kind)},   {"index", unit.index},
            {"elements", unit.count},          {"position", unit.position},
            {"first", place_json(unit.first)}, {"last", place_json(unit.last)}};
}

// Bits are counted from the lowest of the part's first byte: 8·byte + bit.
Json stored_json(const StoredBytes& stored) {
    const TraceWording words;
    Json fields = Json::array();
    for (const BitGroup& group : stored.selected) {
        Json bits = Json::array();
        for (const std::uint32_t bit : group.bits)
            bits.push_back(8 * stored.first_byte + bit);
        fields.push_back({{"role", group_name(stored, group)},
                          {"bits", std::move(bits)},
                          {"binary", binary_text(stored, group)},
                          {"value", json_number(group.value)}});
    }
    return {{"part", words.part(stored.part)},
            {"first_byte", stored.first_byte},
            {"total_bytes", stored.total_bytes},
            {"bytes", hex_text(stored)},
            {"fields", std::move(fields)}};
}

Json steps_json(const std::vector<TraceStep>& steps) {
    const TraceWording words;
    Json json = Json::array();
    for (const TraceStep& step : steps) {
        Json operands = Json::array();
        for (const TraceNumber& operand : step.operands)
            operands.push_back(number_json(operand));
        json.push_back({{"step", words.step(step.label)},
                        {"formula", formula_text(step)},
                        {"operands", std::move(operands)},
                        {"result", number_json(step.result)}});
    }
    return json;
}

Json document(const WeightTrace& trace) {
    const TraceWording words;
    Json stored = Json::array();
    for (const StoredBytes& part : trace.stored)
        stored.push_back(stored_json(part));
    Json notes = Json::array();
    for (const TraceNote note : trace.notes)
        notes.push_back(words.note(note));
    const auto x = static_cast<double>(trace.value);
    const auto quantized = static_cast<double>(trace.reconstruction);
    return {{"tensor", trace.tensor},
            {"element", place_json(trace.place)},
            {"dtype", traits(trace.dtype).name},
            {"scheme", to_string(trace.asked)},
            {"weight", json_number(x)},
            {"reconstruction", json_number(quantized)},
            {"error", std::isfinite(x) ? json_number(quantized - x) : Json()},
            {"clipped", trace.clipped},
            {"source", stored_json(trace.source)},
            {"reading", steps_json(trace.reading)},
            {"unit", unit_json(trace.unit)},
            {"sub_unit", trace.sub_unit ? unit_json(*trace.sub_unit) : Json()},
            {"stored", std::move(stored)},
            {"encoding", steps_json(trace.encoding)},
            {"decoding", steps_json(trace.decoding)},
            {"notes", std::move(notes)}};
}

int explain(const ExplainOptions& options, Session& session) {
    const MatrixPlace place = place_argument(options.element);
    const Scheme scheme = scheme_argument(options.scheme);
    const auto model = open_model(options.model, session.job(options.common));
    const TensorInfo* tensor = model->find(options.tensor);
    if (tensor == nullptr)
        throw Error(fmt::format("there is no tensor '{}'", printable(options.tensor)),
                    {options.model, {}, {}}, "halfstep-cli inspect lists the names");
    const auto importance = importance_argument(options.imatrix, *model, session.job(options.common));
    Progress progress("reading");
    const WeightTracer tracer = WeightTracer::prepare(
        model, *tensor, scheme, session.job(options.common, [&](double part) { progress.show(part); }),
        importance);
    const WeightTrace trace = tracer.trace(place, session.job(options.common));
    if (options.common.json)
        session.out.json(document(trace));
    else
        session.out.text(fmt::format("{} [{},{}]\n\n{}", printable(trace.tensor), place.row, place.input,
                                     aligned_text(trace_lines(trace))));
    return exit_done;
}

}  // namespace

void add_explain_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = app.add_subcommand(
        "explain", "Show what becomes of one weight: its bits, its scale, its code, step by step");
    add_model_argument(*command, options->model);
    command->add_option("--tensor", options->tensor, "The tensor's name")->required()->type_name("NAME");
    command
        ->add_option("--element", options->element,
                     "Row (output) and column (input) of the weight, counted from 0")
        ->required()
        ->type_name("ROW,COLUMN");
    command
        ->add_option("--scheme", options->scheme,
                     "The scheme; without it, how the weight is stored in the file")
        ->type_name("S");
    add_imatrix_option(
        *command, options->imatrix,
        "Importance of the inputs (llama-imatrix): GGUF blocks are quantized with it as llama.cpp "
        "does");
    add_common_options(*command, options->common);
    command->footer(
        "Examples:\n"
        "  halfstep-cli explain model.safetensors --tensor lm_head.weight --element 3,17 --scheme int4:g32\n"
        "  halfstep-cli explain model-Q4_K_M.gguf --tensor blk.0.attn_q.weight --element 0,0 --json\n\n"
        "Every number is the float32 that the measurements use. Bits are counted from the lowest of a byte.\n"
        "halfstep-cli schemes explains the notation.");
    command->callback(
        [options, &chosen] { chosen = [options](Session& session) { return explain(*options, session); }; });
}

}  // namespace halfstep::cli
