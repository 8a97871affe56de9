// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include "core/base/error.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <utility>

namespace halfstep::cli {

JobContext Session::job(const CommonOptions& options, std::function<void(double)> progress) const {
    return {stop, std::move(progress), options.threads};
}

void add_common_options(CLI::App& command, CommonOptions& options) {
    command.add_flag("--json", options.json, "Print one JSON document on standard output and nothing else");
    command.add_option("--threads", options.threads, "Working threads (default: all cores)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024).description(""))
        ->envname("HALFSTEP_THREADS");
}

void add_model_argument(CLI::App& command, std::string& model) {
    command.add_option("MODEL", model, "A model file, a folder that holds one, or a shard index")
        ->required()
        ->type_name("");
}

Scheme scheme_argument(const std::string& text) {
    try {
        return parse_scheme(text);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

}  // namespace halfstep::cli
