// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_data.h"

#include <cstdlib>
#include <string>

namespace halfstep::testing {
namespace {

std::optional<std::filesystem::path> folder_from(const char* variable, const char* beside_project) {
    const char* given = std::getenv(variable);
    std::filesystem::path folder =
        given != nullptr ? std::filesystem::path(given)
                         : std::filesystem::path(HALFSTEP_SOURCE_DIR).parent_path() / beside_project;
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
    return folder;
}

}  // namespace

std::optional<std::filesystem::path> models_folder() {
    return folder_from("HALFSTEP_TEST_MODELS", "shared/models");
}

std::optional<std::filesystem::path> golden_folder() {
    return folder_from("HALFSTEP_TEST_GOLDEN", "shared/golden");
}

std::filesystem::path project_path(const std::filesystem::path& relative) {
    return std::filesystem::path(HALFSTEP_SOURCE_DIR) / relative;
}

std::optional<std::filesystem::path> python_with_numpy() {
    const char* given = std::getenv("HALFSTEP_PYTHON");
    const std::string python = given != nullptr ? given : "/usr/bin/python3";
    const std::string probe = python + " -c 'import numpy' > /dev/null 2>&1";
    if (std::system(probe.c_str()) != 0) return std::nullopt;
    return std::filesystem::path(python);
}

bool python_has(const char* module) {
    const auto python = python_with_numpy();
    if (!python) return false;
    const std::string probe = python->string() + " -c 'import " + module + "' > /dev/null 2>&1";
    return std::system(probe.c_str()) == 0;
}

}  // namespace halfstep::testing
