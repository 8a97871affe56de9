// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "core/exports/export_target.h"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

// The formats that the target has, each by its name, or with the options that it needs: "int4:asym:g128".
std::vector<std::string> formats_of(const ExportTarget& target) {
    std::vector<std::string> formats;
    for (const Scheme& format : all_formats())
        if (const auto scheme = carried_scheme(target, format)) formats.push_back(to_string(*scheme));
    return formats;
}

Json document() {
    Json targets = Json::array();
    for (const auto& target : export_targets())
        targets.push_back(
            {{"name", target->name()}, {"writes", target->writes()}, {"schemes", formats_of(*target)}});
    return {{"targets", std::move(targets)}};
}

constexpr std::string_view label = "\n  formats  ";
constexpr std::string_view indent = "\n           ";
constexpr std::size_t line_width = 100;

std::string formats_text(const ExportTarget& target) {
    const std::vector<std::string> formats = formats_of(target);
    if (formats.size() == all_formats().size()) return "all";
    std::string text;
    std::size_t line = indent.size();
    for (const std::string& format : formats) {
        const bool wraps = line + 1 + format.size() > line_width;
        if (!text.empty()) text += wraps ? indent : " ";
        line = (wraps ? indent.size() : line + 1) + format.size();
        text += format;
    }
    return text;
}

std::string description() {
    std::string text;
    for (const auto& target : export_targets())
        text += std::string(target->name()) + "\n  writes   " + std::string(target->writes()) +
                std::string(label) + formats_text(*target) + "\n";
    return text;
}

}  // namespace

void add_targets_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<CommonOptions>();
    CLI::App* command = app.add_subcommand("targets", "List what a plan can be exported to");
    add_common_options(*command, *options);
    command->callback([options, &chosen] {
        chosen = [options](Session& session) {
            if (options->json)
                session.out.json(document());
            else
                session.out.text(description());
            return exit_done;
        };
    });
}

}  // namespace halfstep::cli
