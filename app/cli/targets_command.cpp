// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "core/exports/export_target.h"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace halfstep::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> formats_of(const ExportTarget& target) {
    std::vector<std::string> formats;
    for (const Scheme& scheme : all_formats())
        if (target.why_not(scheme).empty()) formats.push_back(format_name(scheme));
    return formats;
}

Json document() {
    Json targets = Json::array();
    for (const auto& target : export_targets())
        targets.push_back(
            {{"name", target->name()}, {"writes", target->writes()}, {"schemes", formats_of(*target)}});
    return {{"targets", std::move(targets)}};
}

std::string formats_text(const ExportTarget& target) {
    const std::vector<std::string> formats = formats_of(target);
    if (formats.size() == all_formats().size()) return "all";
    std::string text;
    for (const std::string& format : formats)
        text += (text.empty() ? "" : " ") + format;
    return text;
}

std::string description() {
    std::string text;
    for (const auto& target : export_targets())
        text += std::string(target->name()) + "\n  writes   " + std::string(target->writes()) +
                "\n  formats  " + formats_text(*target) + "\n";
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
