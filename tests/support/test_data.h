// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace halfstep::testing {

// The folder of real models ($HALFSTEP_TEST_MODELS, else ../shared/models beside the project), if it is
// there.
std::optional<std::filesystem::path> models_folder();

// The folder of reference outputs ($HALFSTEP_TEST_GOLDEN, else ../shared/golden beside the project), if it is
// there.
std::optional<std::filesystem::path> golden_folder();

// A file or folder of the project itself, such as "resources/samples".
std::filesystem::path project_path(const std::filesystem::path& relative);

// An interpreter with numpy for the oracles ($HALFSTEP_PYTHON, else /usr/bin/python3), if it runs there.
std::optional<std::filesystem::path> python_with_numpy();

// Whether that Python has a module as well.
bool python_has(const char* module);

}  // namespace halfstep::testing
