// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sample_path.h"

#include <system_error>

namespace halfstep::cli {

std::optional<std::filesystem::path> sample_path() {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = program.parent_path() / "../share/halfstep/samples";
    for (const fs::path& folder : {installed, fs::path(HALFSTEP_SAMPLES)}) {
        const fs::path sample = folder / HALFSTEP_SAMPLE;
        if (fs::is_directory(sample, error)) return fs::canonical(sample, error);
    }
    return std::nullopt;
}

}  // namespace halfstep::cli
