// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/exit_code.h"
#include "app/cli/interrupt.h"
#include "core/base/error.h"
#include "core/kernels/kernel_table.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <new>

namespace halfstep::cli {
namespace {

std::string version_line() {
    return fmt::format("halfstep-cli {}\ninstruction set: {}\nthreads: {}\n", HALFSTEP_VERSION,
                       kernels::kernel_table().name, default_thread_count());
}

// An instruction set that is forced is part of the command line.
void check_instruction_set() {
    try {
        kernels::kernel_table();
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

int run(int argc, char** argv) {
    Interrupt interrupt;
    Session session{{}, interrupt.token()};
    ChosenCommand chosen;

    CLI::App app("Shows what quantization does to every layer of a neural network.", "halfstep-cli");
    app.require_subcommand(0, 1);
    app.set_help_all_flag();
    bool version = false;
    app.add_flag("--version", version, "Version, instruction set in use and threads");
    app.footer(
        "halfstep-cli COMMAND --help explains a command.\n"
        "Exit status: 0 done, 1 failed, 2 wrong usage.");
    add_inspect_command(app, chosen);
    add_measure_command(app, chosen);
    add_compare_command(app, chosen);
    add_explain_command(app, chosen);
    add_claims_command(app, chosen);
    add_allocate_command(app, chosen);
    add_export_command(app, chosen);
    add_quantize_command(app, chosen);
    add_schemes_command(app, chosen);
    add_targets_command(app, chosen);
    add_devices_command(app, chosen);
    add_train_command(app, chosen);

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        session.out.text(app.help());
        session.out.finish();
        return exit_done;
    } catch (const CLI::ParseError& error) {
        throw UsageError(error.what());
    }

    check_instruction_set();
    if (!version && !chosen) throw UsageError("a command is missing");
    const int code = version ? (session.out.text(version_line()), exit_done) : chosen(session);
    session.out.finish();
    return code;
}

// The one place where errors end.
int run_and_report(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const ReaderGone&) {
        return exit_done;
    } catch (const Cancelled&) {
        print_message("cancelled");
        return exit_interrupted;
    } catch (const UsageError& error) {
        print_message(fmt::format("{} (see halfstep-cli --help)", error.what()));
        return exit_usage;
    } catch (const std::bad_alloc&) {
        print_message("not enough memory. Close other programs, or use fewer threads (--threads)");
    } catch (const std::exception& error) {
        print_message(error.what());
    }
    return exit_failed;
}

}  // namespace
}  // namespace halfstep::cli

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): writes report a reader that has gone
    halfstep::cli::reserve_standard_descriptors();
    return halfstep::cli::run_and_report(argc, argv);
}
