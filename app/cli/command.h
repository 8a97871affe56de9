// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/output.h"
#include "core/base/job_context.h"
#include "core/schemes/scheme.h"

#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace CLI {
class App;
}

namespace halfstep::cli {

// Thrown where the command line itself is at fault.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// What every command takes.
struct CommonOptions {
    bool json = false;
    unsigned threads = 0;
};

// What a command runs in.
struct Session {
    Output out;
    std::stop_token stop;

    JobContext job(const CommonOptions& options, std::function<void(double)> progress = {}) const;
};

// The command that was chosen, with its options bound; gives the exit code.
using ChosenCommand = std::function<int(Session&)>;

void add_common_options(CLI::App& command, CommonOptions& options);
void add_model_argument(CLI::App& command, std::string& model);

// As parse_scheme(), but a bad text is a wrong usage.
Scheme scheme_argument(const std::string& text);

void add_inspect_command(CLI::App& app, ChosenCommand& chosen);
void add_measure_command(CLI::App& app, ChosenCommand& chosen);
void add_claims_command(CLI::App& app, ChosenCommand& chosen);
void add_compare_command(CLI::App& app, ChosenCommand& chosen);
void add_devices_command(CLI::App& app, ChosenCommand& chosen);
void add_explain_command(CLI::App& app, ChosenCommand& chosen);
void add_allocate_command(CLI::App& app, ChosenCommand& chosen);
void add_export_command(CLI::App& app, ChosenCommand& chosen);
void add_quantize_command(CLI::App& app, ChosenCommand& chosen);
void add_schemes_command(CLI::App& app, ChosenCommand& chosen);
void add_targets_command(CLI::App& app, ChosenCommand& chosen);
void add_train_command(CLI::App& app, ChosenCommand& chosen);

}  // namespace halfstep::cli
