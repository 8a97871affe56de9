// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/plain_text.h"
#include "app/cli/text_table.h"
#include "core/base/figure_text.h"
#include "core/schemes/scheme.h"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

// What a scale or a codebook adds depends on the shape: this one is a layer of a language model of 7 billion
// weights.
constexpr std::uint64_t channels = 4096;
constexpr std::uint64_t inputs = 4096;

// None for keep, which costs whatever the tensor costs.
std::optional<double> bits_per_weight(const Scheme& scheme) {
    if (scheme.family == Family::keep) return std::nullopt;
    const std::uint64_t bits = stored_bits(scheme, channels, inputs, DType::bf16);
    return static_cast<double>(bits) / static_cast<double>(channels * inputs);
}

Json document() {
    Json schemes = Json::array();
    for (const Scheme& scheme : all_formats()) {
        const std::uint32_t levels = level_count(scheme);
        schemes.push_back({{"notation", to_string(scheme)},
                           {"format", format_name(scheme)},
                           {"bits_per_weight", json_number(bits_per_weight(scheme))},
                           {"levels", levels == 0 ? Json() : Json(levels)}});
    }
    return {{"schemes", std::move(schemes)}};
}

std::string table() {
    using enum TextTable::Align;
    TextTable rows({{"notation", left}, {"bits per weight", right}, {"levels", right}});
    for (const Scheme& scheme : all_formats()) {
        const std::uint32_t levels = level_count(scheme);
        rows.add_row({to_string(scheme), decimals(bits_per_weight(scheme), 4),
                      levels == 0 ? "-" : count_text(levels)});
    }
    return rows.text();
}

constexpr const char* notation_help =
    "A scheme is FORMAT[:OPTION]..., for example int4:asym:g128:mse\n"
    "  FORMAT       int2..int16, log2..log8, kmeans2..kmeans8, nf4, fp4_e2m1, fp6_e2m3,\n"
    "               fp6_e3m2, fp8_e4m3, fp8_e5m2, fp16, bf16, fp32, mxfp4, mxfp6_e2m3,\n"
    "               mxfp6_e3m2, mxfp8_e4m3, mxfp8_e5m2, mxint8, nvfp4 (OCP and NVIDIA),\n"
    "               GGUF blocks: q4_0, q4_1, q5_0, q5_1, q8_0, q2_K, q3_K, q4_K, q5_K, q6_K,\n"
    "               iq4_nl, iq4_xs, tq1_0, tq2_0, q1_0, q2_0; keep\n"
    "  symmetry     sym (default), symfull, asym                             int only\n"
    "  granularity  channel (default), tensor, gN (N weights share a scale)\n"
    "  range        minmax (default), pctP such as pct99.9, mse, kl\n"
    "  scales       s32 (default for tensor and channel), s16 (default for groups),\n"
    "               dq (groups: nested 8-bit scales, as bitsandbytes)\n"
    "  other        sqrt2 (log formats: base is the root of 2), gamma (keep the second moment)\n"
    "Bits per weight are those of a tensor of 4096 x 4096 weights.\n";

}  // namespace

void add_schemes_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<CommonOptions>();
    CLI::App* command = app.add_subcommand("schemes", "List the number formats and the notation of schemes");
    add_common_options(*command, *options);
    command->footer(notation_help);
    command->callback([options, &chosen] {
        chosen = [options](Session& session) {
            if (options->json)
                session.out.json(document());
            else
                session.out.text(table() + '\n' + notation_help);
            return exit_done;
        };
    });
}

}  // namespace halfstep::cli
