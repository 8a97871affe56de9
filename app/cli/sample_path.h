// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace halfstep::cli {

// The bundled sample model: beside the installed program, else in the folder that it was built from; none
// where it is in neither.
std::optional<std::filesystem::path> sample_path();

}  // namespace halfstep::cli
