// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/device_option.h"
#include "app/cli/exit_code.h"
#include "app/cli/text_table.h"
#include "core/base/figure_text.h"

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace halfstep::cli {
namespace {

int list_devices(const CommonOptions& options, Session& session) {
    const std::vector<Device> devices = all_devices();
    if (options.json) {
        session.out.json(nlohmann::ordered_json::parse(devices_to_json(devices)));
        return exit_done;
    }
    using enum TextTable::Align;
    TextTable table({{"device", left}, {"memory", right}, {"bandwidth", right}, {"computes", left}});
    for (const Device& device : devices)
        table.add_row({device.name, size_text(device.memory),
                       size_text(static_cast<std::uint64_t>(device.bandwidth)) + "/s",
                       computes_text(device)});
    session.out.text(table.text());
    return exit_done;
}

}  // namespace

void add_devices_command(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<CommonOptions>();
    CLI::App* command = app.add_subcommand("devices", "List the devices that plans can be costed for");
    add_common_options(*command, *options);
    command->footer(fmt::format(
        "Devices of your own stand in {}, in the form that --json prints;\n"
        "they replace listed ones of the same name. computes: weight x activation bits of matrix products.",
        own_devices_path().string()));
    command->callback([options, &chosen] {
        chosen = [options](Session& session) { return list_devices(*options, session); };
    });
}

}  // namespace halfstep::cli
