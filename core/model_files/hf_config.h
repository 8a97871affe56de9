// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace halfstep {

// What the config.json beside Hugging Face weights says. It helps and is not needed: where it is missing all
// is empty, where it cannot be read an issue says so.
struct HfConfig {
    std::string architecture;
    std::vector<std::pair<std::string, std::string>> properties;
    std::vector<Issue> issues;
    bool tied_embeddings = false;
};

HfConfig read_hf_config(const std::filesystem::path& folder);

}  // namespace halfstep
